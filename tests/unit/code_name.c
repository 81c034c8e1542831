/* Names into words and numbers. */
#include "../../lib/code/code.h"
#include "t.h"

/* The parts as "word word #number:unit", for comparing. */
static const char *
split(const char *name)
{
    static char out[1000];
    struct trm_name_part p[32];
    size_t n = trm_name_split(p, 32, name), len = 0;
    out[0] = 0;
    for (size_t i = 0; i < n; i++)
        len += (size_t)(p[i].is_number ? snprintf(out + len, sizeof out - len, "%s#%.10g%s%s", i ? " " : "", p[i].number,
                                                  p[i].unit ? ":" : "", p[i].unit ? p[i].unit : "")
                                       : snprintf(out + len, sizeof out - len, "%s%s", i ? " " : "", p[i].word));
    return out;
}

T_MAIN
{
    T("sizes of exporters come out as numbers in order") {
        CHECK_STR(split("Door 0915 x 2134mm"), "door #915:mm #2134:mm");
        CHECK_STR(split("M_Fixed:0610x1220"), "m fixed #610 #1220");
        CHECK_STR(split("M_Single-Flush:0915 x 2134mm:346843"), "m single flush #915:mm #2134:mm");
        CHECK_STR(split("T\xC3\xBCr 0,885 m"), "t\xC3\xBCr #0.885:m");
        CHECK_STR(split("900,2100"), "#900 #2100");
        CHECK_STR(split("36\" x 84\""), "#36:in #84:in");
        CHECK_STR(split("1.01\xC3\x97""2.1m"), "#1.01:m #2.1:m");
    }
    T("ratings come out as a word and its number") {
        CHECK_STR(split("REI60"), "rei #60");
        CHECK_STR(split("Wall F 90-A"), "wall f #90 a");
        CHECK_STR(split("0.5h 30min 2 HR"), "#0.5:h #30:min #2:h");
        struct trm_name_part p[4];
        CHECK(trm_name_split(p, 4, "REI60") == 2);
        CHECK_STR(p[1].word, "rei");
    }
    T("words are lower case in every script, and camels are parted") {
        CHECK_STR(split("StandardDoor_A-01"), "standard door a #1");
        CHECK_STR(split("\xC3\x84USSERE"), "\xC3\xA4ussere");
        CHECK_STR(split("\xE5\xBB\xBA\xE5\x85\xB7\xEF\xBC\x99\xEF\xBC\x90"), "\xE5\xBB\xBA\xE5\x85\xB7 #90");
        CHECK_STR(split("\xD0\x94\xD0\x92\xD0\x95"), "\xD0\xB4\xD0\xB2\xD0\xB5");
    }
    T("digits stand where the part says") {
        struct trm_name_part p[8];
        const char *name = "Door 0915 x 2134mm";
        CHECK(trm_name_split(p, 8, name) == 3);
        CHECK(p[1].at == 5 && p[1].len == 4 && !strncmp(name + p[2].at, "2134", p[2].len));
    }
    T("nothing, garbage and endless words do no harm") {
        char longest[5000];
        memset(longest, 'a', sizeof longest - 1), longest[sizeof longest - 1] = 0;
        struct trm_name_part p[4];
        CHECK(trm_name_split(p, 4, "") == 0);
        CHECK(trm_name_split(p, 4, "\xFF\xFE x * \" '") <= 1);
        CHECK(trm_name_split(p, 4, longest) == 1 && strlen(p[0].word) < sizeof p[0].word);
        memset(longest, '7', sizeof longest - 1);
        CHECK(trm_name_split(p, 4, longest) == 0);
        CHECK(trm_name_split(p, 2, "1 2 3 4") == 2);
    }
    T("fields that hold names are known by their last part") {
        CHECK(trm_field_is_name("attribute.Name") && trm_field_is_name("Pset_DoorCommon.Reference") && trm_field_is_name("Storey"));
        CHECK(!trm_field_is_name("Pset_DoorCommon.FireRating") && !trm_field_is_name("Name.Width"));
    }
}
