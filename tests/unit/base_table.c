/* The table of digests keeps every number through growing. */
#include "../../lib/base/table.h"
#include "t.h"

T_MAIN
{
    T("what was entered is found again, and what was not is new") {
        struct trm_table t = {0};
        size_t wrong = 0;
        for (uint64_t i = 0; i < 10000; i++) {
            bool is_new;
            uint64_t *at = trm_table_at(&t, trm_digest_of(&i, sizeof i), &is_new);
            wrong += !at || !is_new || *at != 0;
            if (at)
                *at = i + 1;
        }
        for (uint64_t i = 0; i < 20000; i++) {
            bool is_new;
            uint64_t *at = trm_table_at(&t, trm_digest_of(&i, sizeof i), &is_new);
            wrong += !at || is_new != (i >= 10000) || *at != (i < 10000 ? i + 1 : 0);
        }
        CHECK(wrong == 0);
        CHECK(t.n == 20000 && 2 * t.n <= t.n_slots);
        trm_table_release(&t);
        CHECK(t.n == 0 && !t.slot);
    }
    T("the digest of nothing can be entered") {
        struct trm_table t = {0};
        bool is_new = false;
        CHECK(trm_table_at(&t, trm_digest_of("", 0), &is_new) && is_new);
        CHECK(trm_table_at(&t, trm_digest_of("", 0), &is_new) && !is_new);
        trm_table_release(&t);
    }
}
