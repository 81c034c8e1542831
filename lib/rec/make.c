/* Making trees. */
#include "rec.h"

#include <jansson.h>
#include <math.h>

trm_json *
trm_json_object(void)
{
    return json_object();
}

trm_json *
trm_json_array(void)
{
    return json_array();
}

trm_json *
trm_json_of_str(const char *s)
{
    return json_string(s);
}

trm_json *
trm_json_of_strn(const char *s, size_t n)
{
    return json_stringn(s, n);
}

trm_json *
trm_json_of_num(double x)
{
    if (x == floor(x) && fabs(x) < 9007199254740992.0)
        return json_integer((json_int_t)x);
    return json_real(x);
}

trm_json *
trm_json_of_bool(bool b)
{
    return json_boolean(b);
}

trm_json *
trm_json_of_null(void)
{
    return json_null();
}

int
trm_json_set(trm_json *object, const char *key, trm_json *value)
{
    return json_object_set_new(object, key, value);
}

int
trm_json_add(trm_json *array, trm_json *value)
{
    return json_array_append_new(array, value);
}

int
trm_json_del(trm_json *object, const char *key)
{
    return json_object_del(object, key);
}

int
trm_json_set_str(trm_json *object, const char *key, const char *s)
{
    return s ? trm_json_set(object, key, trm_json_of_str(s)) : 0;
}

int
trm_json_set_num(trm_json *object, const char *key, double x)
{
    return trm_json_set(object, key, trm_json_of_num(x));
}

int
trm_json_set_bool(trm_json *object, const char *key, bool b)
{
    return trm_json_set(object, key, trm_json_of_bool(b));
}
