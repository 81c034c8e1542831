/* What a checkpoint's tensors say about the network they belong to. */
#ifndef TRM_NET_SHAPES_H
#define TRM_NET_SHAPES_H

#include <stdbool.h>
#include <stddef.h>

#include "net.h"

/* Fill in of *c, from the names and shapes of the n tensors (published names, no prefix; offsets are not looked at), every
 * setting that is not given yet, and mark it in given [trm_net_config_n()]: form, width, layers, vocab_in, vocab_out,
 * id_columns, features, pos (rope or none where no table of positions is there), puzzles, expansion and inner_multiple; and
 * of seq and prefix the second where their sum is known (mixer, learned positions) and the first is given.
 *
 * Shapes cannot tell heads (attention form), n, T, nor seq and prefix otherwise: TRM_DATA names what is missing of those. TRM_DATA also:
 * a tensor is missing that every network has, or no network of ours has such shapes. Everything that is left keeps its value;
 * whether all shapes fit is seen when the vector is put together. */
int trm_net_config_shapes(struct trm_net_config *c, bool *given, const struct trm_tensor *tensors, size_t n, struct trm_err *err);

#endif
