/* State dicts of PyTorch, in and out: what torch.save writes of {name: tensor}.
 *
 * Format (PyTorch 1.6 and later): a zip whose members, under one folder, are data.pkl (a pickle that lists the tensors, see
 * pickle.h), data/KEY (the raw little-endian numbers of a storage) and version. Nothing of the file is run. */
#ifndef TRM_TORCH_TORCH_H
#define TRM_TORCH_TORCH_H

#include <stddef.h>

#include "../base/err.h"
#include "../ckpt/ckpt.h"

/* Read the state dict at path into *c, as if it were a safetensors file without metadata: tensors in the order of the dict,
 * each contiguous whatever its strides, c->sha256 of the whole file. Release with trm_ckpt_release. Refused (TRM_DATA) with path
 * and reason: no zip, a TorchScript archive, big-endian numbers, a pickle that names anything but tensors, a value that is no
 * tensor, a name twice, a storage that is missing or has another size than it says, a tensor that reaches beyond its
 * storage, members that overlap or are packed, tensors that together hold more than EXPAND times the bytes of the file.
 * TRM_SYS: cannot be opened, memory. On failure *c is empty. */
int trm_torch_open(struct trm_ckpt *c, const char *path, struct trm_err *err);

/* Write n tensors as a state dict (an OrderedDict, protocol 2) that torch.load reads, to path, whole or not at all. The same
 * tensors give the same bytes. TRM_USAGE: an element type that PyTorch has not; TRM_SYS: disk,
 * memory. Names must differ, count must be filled in. */
int trm_torch_write(const char *path, const struct trm_ckpt_tensor *tensors, size_t n, struct trm_err *err);

#endif
