/* Fire ratings as people write them, to minutes. */
#include "../../lib/rule/rule.h"

#include "t.h"

T_MAIN {
    static const struct {
        const char *text;
        double minutes;
    } table[] = {
        /* real exports */
        {"30", 30}, {"90", 90}, {"F30", 30}, {"REI 60", 60}, {"0.5h", 30}, {"2HR", 120}, {"1 HR", 60}, {"T30", 30},
        /* classes */
        {"F 90-A", 90}, {"F90-AB", 90}, {"F30-B", 30}, {"EI30", 30}, {"EI 30", 30}, {"EI30-C", 30}, {"EI 30 C5 S200", 30},
        {"EI2 30-C5", 30}, {"EI1 60", 60}, {"EI2-30", 30}, {"EI 120", 120}, {"EI120", 120}, {"R60", 60}, {"R 60", 60}, {"RE 30", 30},
        {"REI60", 60}, {"REI-90", 90}, {"REI 60-M", 60}, {"REI 60 M", 60}, {"rei 60", 60}, {"E 30", 30}, {"EW30", 30}, {"T30-RS", 30}, {"T 90", 90},
        {"G30", 30}, {"FD30", 30}, {"FD30S", 30}, {"FRR 60", 60}, {"A60", 60}, {"B 30", 30}, {"T-30", 30}, {"WBDBO 60", 60},
        {"W 90", 90}, {"CF 1h", 60},
        /* hours */
        {"1 hour", 60}, {"2 hours", 120}, {"1.5 HR", 90}, {"1,5 h", 90}, {"3/4 HR", 45}, {"1 1/2 HR", 90}, {"1-1/2 hr", 90},
        {"1-HR", 60}, {"1h30", 90}, {"1 h 30 min", 90}, {"1 HR.", 60}, {"1 hr fire rated", 60}, {"Fire Rated 1 HR", 60}, {"0 HR", 0},
        {"1\xE6\x99\x82\xE9\x96\x93", 60},
        /* minutes */
        {"60 min", 60}, {"60min", 60}, {"90 minutes", 90}, {"30'", 30}, {"45 MIN. RATED", 45}, {"20-min", 20}, {"30\xE5\x88\x86", 30},
        /* three periods that agree */
        {"60/60/60", 60}, {"-/60/60", 60}, {"120/120/120", 120}, {"0", 0},
        /* not clearly a rating */
        {"", -1}, {" ", -1}, {"1", -1}, {"2", -1}, {"60/30/30", -1}, {"60/30", -1}, {"30-60", -1}, {"30 60", -1}, {"EI230", -1}, {"EI130", -1},
        {"F", -1}, {"REI", -1}, {"B1", -1}, {"A2-s1,d0", -1}, {"Zelfsluitend", -1}, {"Level 1", -1}, {"Class A", -1}, {"1000", -1},
        {"F30 or F90", -1}, {"F30/F90", -1}, {">60", -1}, {"-30", -1}, {"1e2", -1}, {"nan", -1}, {"inf", -1}, {"30 mm", -1}, {"60 m2", -1}, {"2 days", -1},
        {"yes", -1}, {"F30000000000000000000", -1}, {"3.5.7", -1}, {"30\n90", -1}, {"9 h", -1}, {"1:30", -1}, {"1/0 HR", -1},
        {"\xE8\x80\x90\xE7\x81\xAB\xE7\xAD\x89\xE7\xB4\x9A\xE3\x83\xAC\xE3\x83\x99\xE3\x83\xAB" "1", -1},
        {"a b c d e f g h i j k l m n o p q r s t", -1}, {"REI 60 EI 30", -1}, {"FIRE", -1},
    };
    T("ratings are read to minutes, and what is not clearly one is none")
    {
        for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
            double got = trm_rating_minutes(table[i].text, 1);
            CHECK(got == table[i].minutes);
            if (got != table[i].minutes)
                printf("# \"%s\": %g, not %g\n", table[i].text, got, table[i].minutes);
        }
    }
    T("a bare number counts what the caller says, and 30 hours are no rating")
    {
        CHECK(trm_rating_minutes("1", 60) == 60);
        CHECK(trm_rating_minutes("0.5", 60) == 30);
        CHECK(trm_rating_minutes("1.5", 60) == 90);
        CHECK(trm_rating_minutes("30", 60) == -1);
        CHECK(trm_rating_minutes("90", 60) == -1);
        CHECK(trm_rating_minutes("F30", 60) == 30);
        CHECK(trm_rating_minutes("2 HR", 60) == 120);
    }
}
