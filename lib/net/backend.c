/* Which arithmetic a net is computed in. */
#include <string.h>

#include "../mat/mat.h"
#include "net.h"

int
trm_net_backend(struct trm_net *net, const char *name, struct trm_err *err)
{
    bool any = strcmp(name, "auto") == 0, bf16 = strcmp(name, "bfloat16") == 0;
    net->road = NULL;
    if (strcmp(name, "float32") == 0 || (any && !trm_net_can_bf16(net)))
        return 0;
    if (!any && !bf16 && strcmp(name, "amx") != 0 && strcmp(name, "avx512_bf16") != 0 && strcmp(name, "plain") != 0)
        return trm_err_set(err, TRM_USAGE, "no backend %s: expected auto, float32, bfloat16, amx, avx512_bf16 or plain", name);
    if (!trm_net_can_bf16(net))
        return trm_err_set(err, TRM_USAGE, "this model's width or heads do not fit bfloat16 products; try float32");
    net->road = any || bf16 ? trm_mat_bf16_best() : trm_mat_bf16_named(name);
    if (any && net->road && !trm_mat_bf16_pays(net->road))
        net->road = NULL;
    if (!net->road && !any)
        return trm_err_set(err, TRM_USAGE, "this processor has no %s; try auto or float32", name);
    return 0;
}

const char *
trm_net_backend_name(const struct trm_net *net)
{
    return net->road ? net->road->name : "float32";
}
