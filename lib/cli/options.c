/* The command line: one table of options makes the parser, --help and the completions. */
#include "cli.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "talk.h"

enum { MOST_OPTIONS = 64, HELP = 1000, VERSION, REFUSED };

struct parser {
    struct trm_cli *c;
    struct option longs[MOST_OPTIONS + 4];
    char shorts[2 * MOST_OPTIONS + 4];
    char defaults[MOST_OPTIONS][64];
};

static size_t
n_opts(const struct trm_cli *c)
{
    size_t n = 0;
    while (c->opts && n < MOST_OPTIONS && c->opts[n].name)
        n++;
    return n;
}

/* What stands in *to before the command line is read, for --help. */
static void
default_text(char out[64], const struct trm_cli_opt *o)
{
    char num[32];
    out[0] = '\0';
    if (o->type == TRM_OPT_INT) {
        snprintf(out, 64, "%ld", *(long *)o->to);
    } else if (o->type == TRM_OPT_NUM) {
        num[trm_text_of_num(num, *(double *)o->to)] = '\0';
        snprintf(out, 64, "%s", num);
    } else if (o->type == TRM_OPT_STR && *(const char **)o->to) {
        snprintf(out, 64, "%s", *(const char **)o->to);
    }
}

static void
prepare(struct parser *p)
{
    char *s = p->shorts;
    size_t n = n_opts(p->c);
    *s++ = ':';
    for (size_t i = 0; i < n; i++) {
        const struct trm_cli_opt *o = &p->c->opts[i];
        bool arg = o->type != TRM_OPT_FLAG;
        p->longs[i] = (struct option){o->name, arg ? required_argument : no_argument, NULL, (int)i + 2000};
        if (o->letter) {
            *s++ = o->letter;
            if (arg)
                *s++ = ':';
        }
        default_text(p->defaults[i], o);
    }
    *s = '\0';
    p->longs[n++] = (struct option){"help", no_argument, NULL, HELP};
    p->longs[n++] = (struct option){"version", no_argument, NULL, VERSION};
    p->longs[n] = (struct option){"refused", required_argument, NULL, REFUSED};
}

static void
help_line(const char *left, const char *text, const char *fallback)
{
    printf("  %-24s %s%s", left, strlen(left) > 24 ? "\n                           " : "", text);
    if (fallback && *fallback)
        printf(" [%s]", fallback);
    putchar('\n');
}

static _Noreturn void
help(const struct parser *p)
{
    const struct trm_cli *c = p->c;
    printf("usage: %s [OPTION...]%s%s\n%s\n\noptions:\n", c->name, c->operands ? " " : "", c->operands ? c->operands : "", c->purpose);
    for (size_t i = 0; i < n_opts(c); i++) {
        const struct trm_cli_opt *o = &c->opts[i];
        char left[80], letter[8] = "    ";
        if (o->letter)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->type == TRM_OPT_FLAG ? "" : " ", o->type == TRM_OPT_FLAG ? "" : o->arg);
        help_line(left, o->help, p->defaults[i]);
    }
    help_line("    --refused FILE", "keep refused records there, each with its reason", NULL);
    help_line("    --help", "print this and exit", NULL);
    help_line("    --version", "print the version and exit", NULL);
    printf("\nexit status: 0 fine, 1 some records refused, 2 wrong command line, 3 the system failed, 4 by request. See %s(1).\n", c->name);
    exit(fflush(stdout) == 0 && !ferror(stdout) ? 0 : TRM_SYS);
}

static _Noreturn void
wrong(struct trm_cli *c, const char *fmt, const char *what)
{
    struct trm_err err = {0};
    char text[300];
    snprintf(text, sizeof text, fmt, what);
    trm_err_set(&err, TRM_USAGE, "%s; see %s --help", text, c->name);
    trm_cli_die(c, &err);
}

/* Text of one option's argument into its target. */
static void
take(struct trm_cli *c, const struct trm_cli_opt *o, const char *arg)
{
    char text[300];
    bool bounded = o->lo != 0 || o->hi != 0;
    double x = 0;
    long long i = 0;
    switch (o->type) {
    case TRM_OPT_FLAG: *(bool *)o->to = true; return;
    case TRM_OPT_STR: *(const char **)o->to = arg; return;
    case TRM_OPT_LIST: {
        struct trm_list *list = o->to;
        if (list->n == sizeof list->item / sizeof *list->item)
            wrong(c, "--%s is given too often", o->name);
        list->item[list->n++] = arg;
        return;
    }
    case TRM_OPT_INT:
        if (trm_text_int(arg, bounded ? (long long)o->lo : INT64_MIN, bounded ? (long long)o->hi : INT64_MAX, &i)) {
            *(long *)o->to = (long)i;
            return;
        }
        break;
    case TRM_OPT_NUM:
        if (trm_text_num(arg, &x) && (!bounded || (x >= o->lo && x <= o->hi))) {
            *(double *)o->to = x;
            return;
        }
        break;
    }
    const char *kind = o->type == TRM_OPT_INT ? "an integer" : "a number";
    if (bounded)
        snprintf(text, sizeof text, "--%s: found '%.60s', expected %s from %.15g to %.15g", o->name, arg, kind, o->lo, o->hi);
    else
        snprintf(text, sizeof text, "--%s: found '%.60s', expected %s", o->name, arg, kind);
    wrong(c, "%s", text);
}

static const struct trm_cli_opt *
by_letter(const struct trm_cli *c, int letter)
{
    for (size_t i = 0; i < n_opts(c); i++)
        if (c->opts[i].letter == letter)
            return &c->opts[i];
    return NULL;
}

static void
open_refused(struct trm_cli *c)
{
    if (!c->refused_path)
        return;
    c->refused = fopen(c->refused_path, "we");
    if (!c->refused) {
        struct trm_err err = {0};
        trm_err_set(&err, TRM_SYS, "%s: cannot be written: %m", c->refused_path);
        trm_cli_die(c, &err);
    }
}

void
trm_cli_begin(struct trm_cli *c, int argc, char **argv)
{
    struct parser p = {.c = c};
    trm_cli_signals_default();
    trm_json_begin();
    prepare(&p);
    opterr = 0;
    for (int got; (got = getopt_long(argc, argv, p.shorts, p.longs, NULL)) != -1;) {
        if (got == HELP)
            help(&p);
        if (got == VERSION) {
            printf("%s %s\n", c->name, TRM_VERSION);
            exit(fflush(stdout) == 0 ? 0 : TRM_SYS);
        }
        if (got == '?')
            wrong(c, "unknown option '%s'", argv[optind - 1]);
        if (got == ':')
            wrong(c, "option '%s' wants an argument", argv[optind - 1]);
        if (got == REFUSED)
            c->refused_path = optarg;
        else
            take(c, got >= 2000 ? &c->opts[got - 2000] : by_letter(c, got), optarg);
    }
    c->files = argv + optind;
    c->n_files = (size_t)(argc - optind);
    if (c->n_files && !c->operands)
        wrong(c, "unexpected operand '%s'", c->files[0]);
    open_refused(c);
}
