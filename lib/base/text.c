#include "text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Length of the sequence that a lead byte opens, 0 for a byte that opens none. */
static size_t
sequence_len(unsigned char lead)
{
    return lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
}

int32_t
trm_utf8_next(const char *s, size_t n, size_t *i)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)s + *i;
    size_t len = sequence_len(*p), left = n - *i;
    (*i)++;
    if (len == 1)
        return *p;
    if (len == 0 || len > left)
        return -1;
    uint32_t cp = *p & (0x7Fu >> len);
    for (size_t k = 1; k < len; k++) {
        if ((p[k] & 0xC0) != 0x80)
            return -1;
        cp = cp << 6 | (p[k] & 0x3F);
    }
    if (cp < least[len] || cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000))
        return -1;
    *i += len - 1;
    return (int32_t)cp;
}

bool
trm_utf8_valid(const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        if ((unsigned char)s[i] < 0x80) {
            i++;
            continue;
        }
        if (trm_utf8_next(s, n, &i) < 0)
            return false;
    }
    return true;
}

size_t
trm_utf8_put(char *out, uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp >= 0xD800 && cp < 0xE000)
        return 0;
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    if (cp > 0x10FFFF)
        return 0;
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

static const char *
skip_blanks(const char *s)
{
    return s + strspn(s, " \t\r\n");
}

/* Decimal digits, sign, point and exponent only: strtod alone would also take "inf", "nan" and hex. */
bool
trm_text_num(const char *s, double *out)
{
    s = skip_blanks(s);
    if (s[strspn(s, "0123456789+-.eE")] != '\0' && *skip_blanks(s + strspn(s, "0123456789+-.eE")) != '\0')
        return false;
    if (strpbrk(s, "0123456789") == NULL)
        return false;
    char *end;
    double x = strtod(s, &end);
    if (end == s || *skip_blanks(end) != '\0' || !isfinite(x))
        return false;
    *out = x;
    return true;
}

bool
trm_text_int(const char *s, long long lo, long long hi, long long *out)
{
    s = skip_blanks(s);
    char *end;
    errno = 0;
    long long x = strtoll(s, &end, 10);
    if (end == s || errno || *skip_blanks(end) != '\0' || x < lo || x > hi)
        return false;
    *out = x;
    return true;
}

static const uint64_t power[] = {1,         10,         100,         1000,         10000,         100000,         1000000,         10000000,
                                 100000000, 1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000,
                                 1000000000000000};

/* The last n digits of m, zeros before them where it has fewer. */
static char *
put_digits(char *out, uint64_t m, size_t n)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051"
                                "525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    char *end = out + n;
    for (; n >= 2; n -= 2, m /= 100)
        memcpy(out + n - 2, pairs + 2 * (m % 100), 2);
    if (n)
        *out = (char)('0' + m % 10);
    return end;
}

/* x as digits, with a point if need be, when 15 significant digits are enough and no exponent is wanted; 0 when they are not. The first k
 * for which round(x 10^k) / 10^k is x again has the fewest digits; both are exact below 2^53 and 10^22, so that division is
 * what reading the text back does. It is only made where x 10^k is a whole number but for what rounding may have done. Writes the
 * bytes that printf's %.15g writes, ten times as fast. */
static size_t
short_decimal(char *out, double x)
{
    static const double ten[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    double a = fabs(x);
    if (!(a >= 1e-4 && a < 1e15))
        return 0;
    for (size_t k = 0; k < 16 && a * ten[k] < 1e15; k++) {
        uint64_t m = (uint64_t)(a * ten[k] + 0.5);
        if (fabs(a * ten[k] - (double)m) > a * ten[k] * 1e-15 || (double)m / ten[k] != a)
            continue;
        char *p = out;
        uint64_t whole = k ? m / power[k] : m;
        size_t n = 1;
        while (n < 16 && whole >= power[n])
            n++;
        if (x < 0)
            *p++ = '-';
        p = put_digits(p, whole, n);
        if (k) {
            *p++ = '.';
            p = put_digits(p, m % power[k], k);
        }
        *p = '\0';
        return (size_t)(p - out);
    }
    return 0;
}

size_t
trm_text_of_num(char *out, double x)
{
    if (x == 0) /* no "-0" */
        return memcpy(out, "0", 2), (size_t)1;
    size_t n_short = short_decimal(out, x);
    if (n_short)
        return n_short;
    size_t n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = (size_t)sprintf(out, "%.*g", digits, x);
        if (digits == 17 || strtod(out, NULL) == x)
            break;
    }
    if (fabs(x) > 0x1p53 && !strpbrk(out, ".e"))
        n += (size_t)sprintf(out + n, ".0");
    return n;
}

static int
lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

int
trm_text_casecmp(const char *a, const char *b)
{
    while (*a && lower((unsigned char)*a) == lower((unsigned char)*b))
        a++, b++;
    return lower((unsigned char)*a) - lower((unsigned char)*b);
}
