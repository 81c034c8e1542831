/* Hiding hides everything that tells: asked of random samples, position by position. */
#include "code_samples.h"
#include "t.h"

static bool
tests(const struct trm_sample_rule *r, const char *field)
{
    for (size_t i = 0; i < r->n_tests; i++)
        if (!strcmp(r->tests[i], field))
            return true;
    return false;
}

/* Whether the text of a field holds the number, as digits, in millimetres, metres or minutes. */
static bool
holds(const char *text, double x)
{
    char mm[20], m[20];
    snprintf(mm, sizeof mm, "%.0f", x * 1000), snprintf(m, sizeof m, "%.3f", x);
    return strstr(text, mm) || strstr(text, m);
}

/* Whether any field's name ends in this word; hidden or not. */
static bool
known(const struct trm_sample *s, const char *word)
{
    for (size_t i = 0; i < s->n_fields; i++)
        if (strlen(s->fields[i].name) > strlen(word) && !strcmp(s->fields[i].name + strlen(s->fields[i].name) - strlen(word), word) &&
            strcmp(s->fields[i].name, "Pset_DoorCommon.ClearWidth") && strcmp(s->fields[i].name, "Custom.Clear Width"))
            return true;
    return false;
}

/* Fields shown that give away what rule r asked for. */
static size_t
telling(const struct trm_sample *s, size_t r, const uint8_t *hide)
{
    size_t n = 0;
    for (size_t h = 0; h < s->n_fields; h++) {
        if (!tests(&s->rules[r], s->fields[h].name))
            continue;
        for (size_t j = 0; j < s->n_fields; j++) {
            const struct trm_scalar *a = &s->fields[h].value, *b = &s->fields[j].value;
            bool number = a->type == TRM_SCALAR_NUM && b->type == TRM_SCALAR_NUM && fabs(a->num - b->num) < 1e-9;
            bool text = a->type == TRM_SCALAR_NUM && b->type == TRM_SCALAR_TEXT && hide[j] != TRM_NUMBERS_HIDDEN && holds(b->text, a->num);
            bool minutes = a->type == TRM_SCALAR_TEXT && b->type == TRM_SCALAR_TEXT && hide[j] != TRM_NUMBERS_HIDDEN &&
                           strpbrk(a->text, "0123456789") && strcmp(strpbrk(a->text, "0123456789"), "0") &&
                           strstr(b->text, strpbrk(a->text, "0123456789")) && strchr("Ct", s->fields[j].name[0]) && strcmp(s->fields[j].name, "Custom.Size");
            bool side = a->type == TRM_SCALAR_NUM && !strcmp(s->fields[j].name, "Qto_DoorBaseQuantities.Area") &&
                        known(s, "Height") && known(s, "Width");
            n += hide[j] != TRM_HIDDEN && (h == j || side || number || text || minutes);
        }
    }
    return n;
}

/* Positions whose field is hidden, or which hold a number of a name whose numbers are hidden. */
static size_t
leaks(const struct trm_sample *s, const uint8_t *hide, const struct trm_coded *c)
{
    size_t n = 0;
    (void)s;
    for (size_t p = 0; p < c->rule_at; p++) {
        const struct trm_code_at *at = &c->at[p];
        n += hide[at->index] == TRM_HIDDEN || (hide[at->index] == TRM_NUMBERS_HIDDEN && at->what == TRM_AT_NUMBER);
    }
    return n;
}

T_MAIN
{
    struct trm_vocab *v = random_vocab(100, 3);
    struct trm_arena a = {0};
    struct trm_rng rng;
    struct trm_err err = {0};
    static struct code_arrays m, m2;
    trm_rng_seed(&rng, 11);

    T("hiding a rule leaves no field that tells its value, no name with its number, no position of either") {
        for (int i = 0; i < 500; i++) {
            struct trm_sample s = random_sample(&a, &rng);
            for (size_t r = 0; r < s.n_rules; r++) {
                uint8_t hide[32] = {0};
                struct trm_coded c = coded_in(&m);
                trm_hide_rule(hide, &s, r);
                CHECK(telling(&s, r, hide) == 0);
                CHECK(trm_encode(&c, v, &s, hide, 0, &err) == 0 && c.n_used > 3);
                CHECK(leaks(&s, hide, &c) == 0);
                CHECK(c.labels[c.rule_at + r] == (int32_t)s.rules[r].label);
            }
            trm_arena_reset(&a);
        }
    }
    T("a hidden field encodes like a field that never was") {
        for (int i = 0; i < 300; i++) {
            struct trm_sample s = random_sample(&a, &rng), without = s;
            uint8_t hide[32] = {0};
            struct trm_coded c = coded_in(&m), c2 = coded_in(&m2);
            trm_hide_draw(hide, &s, &(struct trm_hide_opt){.tested = 0.5, .bounds = 0.5, .named = 1, .other = 0.2}, &rng);
            without.fields = trm_arena_calloc(&a, s.n_fields, sizeof *s.fields), without.n_fields = 0;
            for (size_t f = 0; f < s.n_fields; f++)
                if (hide[f] == TRM_SHOWN)
                    without.fields[without.n_fields++] = s.fields[f];
            bool whole_names = !memchr(hide, TRM_NUMBERS_HIDDEN, s.n_fields);
            CHECK(whole_names);
            CHECK(!trm_encode(&c, v, &s, hide, 0, &err) && !trm_encode(&c2, v, &without, NULL, 0, &err));
            CHECK(c.n_used == c2.n_used && !memcmp(m.ids, m2.ids, sizeof m.ids) && !memcmp(m.feats, m2.feats, sizeof m.feats));
            trm_arena_reset(&a);
        }
    }
    T("tested fields go about as often as asked, others as seldom, the class never") {
        size_t tested = 0, other = 0, class = 0, n_tested = 0, n_other = 0;
        for (int i = 0; i < 2000; i++) {
            struct trm_sample s = random_sample(&a, &rng);
            uint8_t hide[32] = {0};
            trm_hide_draw(hide, &s, &(struct trm_hide_opt){.tested = 0.5, .named = 0.5, .other = 0.1}, &rng);
            class += hide[0] == TRM_HIDDEN;
            for (size_t f = 0; f < s.n_fields; f++) {
                bool is_tested = tests(&s.rules[1], s.fields[f].name), is_other = !strcmp(s.fields[f].name, "Custom.Weight");
                n_tested += is_tested, tested += is_tested && hide[f];
                n_other += is_other, other += is_other && hide[f];
            }
            trm_arena_reset(&a);
        }
        CHECK(class == 0);
        CHECK_NEAR((double)tested / (double)n_tested, 0.55, 0.05); /* 0.5 + 0.5*0.1 */
        CHECK_NEAR((double)other / (double)n_other, 0.1, 0.03);
    }
    T("bounds stay when the draw says so, and then the rule position says bound") {
        size_t bound = 0;
        for (int i = 0; i < 200; i++) {
            struct trm_sample s = random_sample(&a, &rng);
            uint8_t hide[32] = {0};
            trm_hide_draw(hide, &s, &(struct trm_hide_opt){.tested = 1, .bounds = 1}, &rng);
            for (size_t f = 0; f < s.n_fields; f++)
                bound += !strcmp(s.fields[f].name, "attribute.OverallWidth") && hide[f] == TRM_SHOWN;
            trm_arena_reset(&a);
        }
        CHECK(bound > 100);
    }
    T("a varied sample never hides what decides a rule unless a name still says it") {
        size_t named = 0;
        for (int i = 0; i < 300; i++) {
            struct trm_sample s = random_sample(&a, &rng);
            uint8_t hide[32] = {0};
            s.origin = "varied";
            trm_hide_draw(hide, &s, &(struct trm_hide_opt){.tested = 1, .bounds = 0.5, .named = 0, .other = 0.3}, &rng);
            for (size_t f = 0; f < s.n_fields; f++) {
                bool height = tests(&s.rules[1], s.fields[f].name), name_shown = false;
                for (size_t j = 0; j < s.n_fields; j++)
                    name_shown |= !strcmp(s.fields[j].name, "attribute.Name") && hide[j] == TRM_SHOWN;
                CHECK(!height || hide[f] == TRM_SHOWN || name_shown);
                named += height && hide[f] == TRM_HIDDEN;
            }
            trm_arena_reset(&a);
        }
        CHECK(named > 50);
    }
    T("the same seed hides the same, and takes the same count of random numbers") {
        struct trm_sample s = random_sample(&a, &rng);
        uint8_t one[32] = {0}, two[32] = {0};
        struct trm_rng r1, r2;
        trm_rng_seed(&r1, 5), trm_rng_seed(&r2, 5);
        struct trm_hide_opt some = TRM_HIDE_DEFAULT, none = {0};
        trm_hide_draw(one, &s, &some, &r1), trm_hide_draw(two, &s, &some, &r2);
        CHECK(!memcmp(one, two, sizeof one));
        trm_hide_draw(one, &s, &some, &r1), trm_hide_draw(two, &s, &none, &r2);
        CHECK(trm_rng_u64(&r1) == trm_rng_u64(&r2));
    }
    T("hiding one field for --why takes its aliases along and nothing else") {
        struct trm_sample s = random_sample(&a, &rng);
        for (size_t f = 0; f < s.n_fields; f++) {
            uint8_t hide[32] = {0};
            trm_hide_field(hide, &s, f);
            CHECK(hide[f] == TRM_HIDDEN);
            for (size_t j = 0; j < s.n_fields && !strcmp(s.fields[f].name, "Custom.Weight"); j++)
                CHECK(j == f || hide[j] == TRM_SHOWN);
        }
    }
    trm_arena_release(&a);
    trm_vocab_free(v);
}
