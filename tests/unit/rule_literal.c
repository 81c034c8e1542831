/* Literals of XML Schema's simple types; examples and counterexamples after XML Schema Part 2, 3.2. */
#include "../../lib/rule/ids.h"
#include "t.h"

static void
all(const char *base, bool expected, const char *const *texts)
{
    for (; *texts; texts++) {
        bool is = trm_ids_literal_of(base, *texts);
        if (is != expected)
            printf("# %s %s\n", base, *texts);
        CHECK(is == expected);
    }
}
#define YES(base, ...) all(base, true, (const char *const[]){__VA_ARGS__, NULL})
#define NO(base, ...) all(base, false, (const char *const[]){__VA_ARGS__, NULL})

T_MAIN
{
    T("dates, with leap years and zones")
    {
        YES("date", "2026-11-25", "2024-02-29", "2000-02-29", "-0044-03-15", "12026-01-01", "2026-11-25Z", "2026-11-25+14:00", "2026-11-25-05:30");
        NO("date", "", "2026-11-31", "2026-13-01", "2026-00-10", "2025-02-29", "1900-02-29", "0000-01-01", "02026-01-01", "226-01-01", "2026-1-1",
           "25.11.2026", "2026-11-25T00:00:00", "2026-11-25+14:30", "2026-11-25+01", "2026-11-25 ");
    }
    T("times, and dates with them")
    {
        YES("time", "13:20:00", "00:00:00.5", "24:00:00", "24:00:00.0", "23:59:59Z", "13:20:00-05:00");
        NO("time", "", "13:20", "25:00:00", "24:00:01", "13:60:00", "13:20:61", "13:20:00.", "1:20:00", "13:20:00z");
        YES("dateTime", "2026-11-25T13:20:00", "2026-11-25T13:20:00.25Z");
        NO("dateTime", "2026-11-25", "2026-11-25 13:20:00", "2026-11-25T13:20", "2026-11-25TT13:20:00");
    }
    T("durations have their parts in order, each once, and one behind the T")
    {
        YES("duration", "P1Y2M3DT10H30M", "-P120D", "P0D", "PT16H", "P1M", "PT1M", "PT1.5S", "P2D", "P1Y2MT2H");
        NO("duration", "", "P", "P-1347M", "P1Y2MT", "1D", "PT", "P1H", "P1D2Y", "PT1S2H", "P1.5D", "PT1.S", "PT.5S", "P1DD", "P1D1D", "PT1HT1M", "p1d", "P1D ");
    }
    T("numbers and booleans")
    {
        YES("integer", "42", "-1", "+007");
        NO("integer", "", "42.0", "1e3", "-", "0x1");
        YES("double", "42", "42.", "1.2345E3", "-1e-5");
        NO("double", "", "1,5", "abc", "1e");
        YES("boolean", "true", "false", "0", "1");
        NO("boolean", "TRUE", "yes", "");
    }
    T("of a type that is not known every text is a literal")
    {
        YES("string", "", "x");
        YES("anyURI", "x");
        CHECK(trm_ids_literal_of(NULL, "x"));
    }
}
