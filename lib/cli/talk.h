/* Inside the room cli only: signals and the end of a run. */
#ifndef TRM_CLI_TALK_H
#define TRM_CLI_TALK_H

#include "cli.h"

/* SIGINT and SIGTERM unlink unfinished outputs and end the program. */
void trm_cli_signals_default(void);
/* The diagnostic line for *err at the place in hand. */
void trm_cli_say(struct trm_cli *c, const char *text);

#endif
