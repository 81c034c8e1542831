/* Vocabulary and encoding: there and back, in order, within bounds. */
#include "code_samples.h"
#include "t.h"

static int32_t
id_at(const struct code_arrays *m, size_t p, int column)
{
    return m->ids[p * TRM_CODE_COLUMNS + (size_t)column];
}

static bool
same_rows(const struct trm_vocab *a, const struct trm_vocab *b)
{
    trm_json *x = trm_vocab_save(a), *y = trm_vocab_save(b);
    struct trm_buf bx = {0}, by = {0};
    trm_json_dump(&bx, x), trm_json_dump(&by, y);
    bool same = bx.len == by.len && !memcmp(bx.data, by.data, bx.len);
    trm_json_free(x), trm_json_free(y);
    trm_buf_release(&bx), trm_buf_release(&by);
    return same;
}

static void
refuse_vocab(const struct trm_vocab *v, const char *key, trm_json *value, const char *place)
{
    struct trm_err err = {0};
    trm_json *json = trm_vocab_save(v);
    trm_json_set(json, key, value);
    struct trm_vocab *back = trm_vocab_load(json, &err);
    CHECK(!back && err.kind == TRM_DATA);
    if (!strstr(err.text, place))
        CHECK_STR(err.text, place);
    trm_vocab_free(back);
    trm_json_free(json);
}

static int
by_number(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

T_MAIN
{
    struct trm_vocab *v = random_vocab(100, 3);
    struct trm_arena a = {0};
    struct trm_rng rng;
    struct trm_err err = {0};
    static struct code_arrays m, m2;
    trm_rng_seed(&rng, 12);

    T("every position names the field or rule it came from, and rules come in order at rule_at") {
        for (int i = 0; i < 200; i++) {
            struct trm_sample s = random_sample(&a, &rng);
            struct trm_coded c = coded_in(&m);
            CHECK(trm_encode(&c, v, &s, NULL, 0, &err) == 0);
            CHECK(c.n_rules == 3 && c.n_used == c.rule_at + 3 && c.n_dropped == 0);
            bool seen[32] = {0};
            for (size_t p = 0; p < c.rule_at; p++) {
                CHECK(c.labels[p] == TRM_LABEL_NONE && m.at[p].what != TRM_AT_RULE && m.at[p].index < s.n_fields);
                seen[m.at[p].index] = true;
            }
            for (size_t f = 0; f < s.n_fields; f++)
                CHECK(seen[f]);
            for (size_t r = 0; r < 3; r++)
                CHECK(m.at[c.rule_at + r].what == TRM_AT_RULE && m.at[c.rule_at + r].index == r &&
                      c.labels[c.rule_at + r] == (int32_t)s.rules[r].label);
            for (size_t p = c.n_used; p < 96; p++)
                CHECK(id_at(&m, p, 0) == -1 && m.labels[p] == TRM_LABEL_NONE && m.at[p].what == TRM_AT_NOTHING);
            trm_arena_reset(&a);
        }
    }
    T("rows are in the table and features in [-1,1]") {
        struct trm_sample s = random_sample(&a, &rng);
        struct trm_coded c = coded_in(&m);
        trm_encode(&c, v, &s, NULL, 0, &err);
        bool good = true;
        for (size_t i = 0; i < 96 * TRM_CODE_COLUMNS; i++)
            good &= m.ids[i] >= -1 && m.ids[i] < (int32_t)trm_vocab_rows(v);
        for (size_t i = 0; i < 96 * TRM_CODE_FEATURES; i++)
            good &= m.feats[i] >= -1 && m.feats[i] <= 1;
        CHECK(good);
    }
    T("a vocabulary saved and loaded encodes the same and saves the same") {
        trm_json *json = trm_vocab_save(v);
        struct trm_vocab *back = trm_vocab_load(json, &err);
        CHECK(back && same_rows(v, back) && trm_vocab_rows(back) == trm_vocab_rows(v));
        for (int i = 0; back && i < 50; i++) {
            struct trm_sample s = random_sample(&a, &rng);
            struct trm_coded c = coded_in(&m), c2 = coded_in(&m2);
            trm_encode(&c, v, &s, NULL, 0, &err), trm_encode(&c2, back, &s, NULL, 0, &err);
            CHECK(!memcmp(m.ids, m2.ids, sizeof m.ids) && !memcmp(m.feats, m2.feats, sizeof m.feats));
        }
        CHECK(back && trm_vocab_support(back, "WIDTH").pass == trm_vocab_support(v, "WIDTH").pass);
        trm_vocab_free(back);
        trm_json_free(json);
    }
    T("the order of training samples does not matter") {
        struct trm_vocab *up = trm_vocab_new(NULL, &err), *down = trm_vocab_new(NULL, &err);
        struct trm_sample s[40];
        for (int i = 0; i < 40; i++)
            s[i] = random_sample(&a, &rng);
        for (int i = 0; i < 40; i++) {
            trm_vocab_count(up, &s[i], &err);
            trm_vocab_count(down, &s[39 - i], &err);
        }
        CHECK(!trm_vocab_close(up, &err) && !trm_vocab_close(down, &err) && same_rows(up, down));
        trm_vocab_free(up);
        trm_vocab_free(down);
    }
    T("a new vocabulary follows an old one by meaning, and what the old one did not know by the hashed row it shared") {
        struct trm_vocab_opt rare = {.min_count = 30};
        struct trm_vocab *old = trm_vocab_new(&rare, &err), *now = random_vocab(100, 9);
        for (int i = 0; i < 60; i++) {
            struct trm_sample s = random_sample(&a, &rng);
            trm_vocab_count(old, &s, &err);
        }
        CHECK(trm_vocab_close(old, &err) == 0 && trm_vocab_rows(old) < trm_vocab_rows(now));
        int32_t rows[4096];
        trm_vocab_follow(rows, now, old);
        size_t moved = 0, differ = 0;
        for (int i = 0; i < 50; i++) {
            struct trm_sample s = random_sample(&a, &rng);
            struct trm_coded c = coded_in(&m), c2 = coded_in(&m2);
            trm_encode(&c, now, &s, NULL, 0, &err), trm_encode(&c2, old, &s, NULL, 0, &err);
            size_t cells = c.n_used * TRM_CODE_COLUMNS;
            for (size_t k = 0; k < cells; k++) {
                moved += m.ids[k] >= 0 && m.ids[k] != m2.ids[k];
                m.ids[k] = m.ids[k] < 0 ? -1 : rows[m.ids[k]];
            }
            qsort(m.ids, cells, sizeof *m.ids, by_number), qsort(m2.ids, cells, sizeof *m2.ids, by_number);
            differ += c.n_used != c2.n_used || memcmp(m.ids, m2.ids, cells * sizeof *m.ids) != 0; /* but for their order */
        }
        CHECK(moved > 100 && differ == 0);
        trm_vocab_free(old);
        trm_vocab_free(now);
    }
    T("support counts observed and varied labels apart") {
        struct trm_vocab *w = trm_vocab_new(NULL, &err);
        struct trm_sample s = random_sample(&a, &rng);
        s.rules[0].label = TRM_LABEL_PASS, s.rules[1].label = TRM_LABEL_NONE;
        trm_vocab_count(w, &s, &err);
        s.origin = "varied", s.rules[0].label = TRM_LABEL_FAIL;
        trm_vocab_count(w, &s, &err);
        CHECK(trm_vocab_close(w, &err) == 0 && trm_vocab_n_rules(w) == 3);
        CHECK(trm_vocab_support(w, "WIDTH").pass == 1 && trm_vocab_support(w, "WIDTH").fail == 0);
        CHECK(trm_vocab_support(w, "WIDTH").varied_fail == 1 && trm_vocab_support(w, "HEIGHT").pass == 0);
        CHECK(trm_vocab_support(w, "NEVER SEEN").pass == 0);
        CHECK_STR(trm_vocab_rule(w, 0), "HEIGHT");
        trm_vocab_free(w);
    }
    T("unseen categories share hashed rows, the same ones every time") {
        struct trm_sample s = random_sample(&a, &rng);
        s.fields[s.n_fields++] = num_field("Never_Seen.Thing", 1, "parsec");
        struct trm_coded c = coded_in(&m);
        trm_encode(&c, v, &s, NULL, 0, &err);
        size_t p = 0;
        while (p < c.rule_at && m.at[p].index != s.n_fields - 1)
            p++;
        CHECK(p < c.rule_at && id_at(&m, p, 1) >= 0 && id_at(&m, p, 1) < 256 && id_at(&m, p, 6) >= 0 && id_at(&m, p, 6) < 256);
        CHECK(id_at(&m, p, 0) >= 256);
    }
    T("what does not fit is dropped from the end: tested fields and the class stay") {
        struct trm_sample s = random_sample(&a, &rng);
        struct trm_sample_field *many = trm_arena_calloc(&a, 400, sizeof *many);
        for (size_t i = 0; i < 300; i++)
            many[i] = num_field(trm_arena_printf(&a, "Dump.P%zu", i), (double)i, "m");
        memcpy(many + 300, s.fields, s.n_fields * sizeof *many);
        s.fields = many, s.n_fields += 300;
        struct trm_coded c = coded_in(&m);
        CHECK(trm_encode(&c, v, &s, NULL, 0, &err) == 0);
        CHECK(c.n_used == 96 && c.rule_at == 93 && c.n_dropped > 200);
        size_t kept = 0;
        for (size_t p = 0; p < c.rule_at; p++)
            kept += m.at[p].index >= 300 && m.at[p].what == TRM_AT_FIELD;
        CHECK(kept >= 5);
        CHECK(m.at[0].index >= 300);
    }
    T("more rules than fit go on where the last ones ended") {
        struct trm_sample s = random_sample(&a, &rng);
        struct trm_sample_rule *many = trm_arena_calloc(&a, 70, sizeof *many);
        for (size_t i = 0; i < 70; i++)
            many[i] = s.rules[i % 3];
        s.rules = many, s.n_rules = 70;
        size_t done = 0, calls = 0;
        while (done < 70) {
            struct trm_coded c = coded_in(&m);
            CHECK(trm_encode(&c, v, &s, NULL, done, &err) == 0 && m.at[c.rule_at].index == done);
            done += c.n_rules, calls++;
        }
        CHECK(calls == 3 && done == 70);
    }
    T("a rule position says asked, alias, bound or none, and its margin only when a value is known") {
        struct trm_sample s = {.id = "x", .building = "b", .cls = "IfcDoor"};
        struct trm_sample_field f[1];
        struct trm_sample whole = random_sample(&a, &rng);
        const char *names[] = {"Pset_DoorCommon.ClearWidth", "attribute.OverallWidth", "Custom.Weight"};
        int32_t row[3];
        s.fields = f, s.n_fields = 1, s.rules = whole.rules, s.n_rules = 1;
        for (int i = 0; i < 3; i++) {
            f[0] = num_field(names[i], 0.9, "m");
            struct trm_coded c = coded_in(&m);
            trm_encode(&c, v, &s, NULL, 0, &err);
            row[i] = id_at(&m, c.rule_at, 4);
            CHECK((m.feats[c.rule_at * TRM_CODE_FEATURES + 32] == 1) == (i < 2));
        }
        CHECK(row[0] != row[1] && row[1] != row[2] && row[0] != row[2]);
    }
    T("numbers of names stand against the limit: first and second of a pair, a single one, and nothing that is no size") {
        const struct {
            const char *field, *name;
            int rule, slot; /* the slot that is filled, -1 none */
            double margin;
        } cases[] = {
            {"attribute.Name", "D077 0800 x 2134mm", 0, 0, 0.8 / 0.815 - 1}, {"type_object.Name", "36\" x 84\"", 1, 1, 2.1336 / 2.032 - 1},
            {"attribute.Name", "Wand W030 REI 90", 2, 2, 0.5},               {"attribute.Name", "Wall 0.5 HR", 2, 2, -0.5},
            {"attribute.Name", "Door W030", 2, -1, 0},                       {"attribute.Name", "Stair 870 mm", 0, 2, 0.87 / 0.815 - 1},
            {"attribute.Storey", "Level 2 870 mm", 0, -1, 0},                {"attribute.Name", "Flat 2", 0, -1, 0},
            {"material.Name", "Steel 800", 0, -1, 0},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct trm_sample s = random_sample(&a, &rng);
            struct trm_sample_field f[1] = {text_field(cases[i].field, cases[i].name)};
            s.fields = f, s.n_fields = 1;
            struct trm_coded c = coded_in(&m);
            trm_encode(&c, v, &s, NULL, 0, &err);
            const float *at = m.feats + (c.rule_at + (size_t)cases[i].rule) * TRM_CODE_FEATURES + 48;
            for (int slot = 0; slot < 3; slot++) {
                bool other_of_pair = cases[i].slot >= 0 && cases[i].slot < 2 && slot < 2 && slot != cases[i].slot;
                if (!other_of_pair)
                    CHECK((at[5 * slot] == 1) == (slot == cases[i].slot));
            }
            if (cases[i].slot >= 0)
                CHECK_NEAR(at[5 * cases[i].slot + 3], tanh(cases[i].margin / 0.3), 1e-6);
        }
    }
    T("a damaged vocabulary is refused with its place") {
        refuse_vocab(v, "v", trm_json_of_num(9), "v");
        refuse_vocab(v, "columns", trm_json_of_num(3), "columns");
        refuse_vocab(v, "rows", trm_json_array(), "rows");
        refuse_vocab(v, "positions", trm_json_of_num(1e9), "positions");
        refuse_vocab(v, "max_rules", trm_json_of_num(96), "max_rules");
        refuse_vocab(v, "rules", trm_json_of_str("x"), "rules");
    }
    T("options out of range are refused") {
        struct trm_err e = {0};
        CHECK(!trm_vocab_new(&(struct trm_vocab_opt){.positions = 2}, &e) && e.kind == TRM_USAGE);
    }
    trm_arena_release(&a);
    trm_vocab_free(v);
}
