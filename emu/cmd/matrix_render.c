/* matrix_render.c - the matrix as a table for people and as data for programs. */
#include "matrix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* A cell in a few letters: see legend. */
static void short_text(const struct matrix_row *row, const struct cell *c, char *buf, size_t size)
{
    char err[24];
    outcome_error(c->text, err, sizeof err);
    const char *mark = c->wrong ? "?!" : "";
    switch (c->class) {
    case CLASS_BLOCKED:
        snprintf(buf, size, "%s%s", *err ? err : "blocked", mark);
        break;
    case CLASS_RESIDUE:
        snprintf(buf, size, "%s+%s", err, mark);
        break;
    case CLASS_PARTLY:
        snprintf(buf, size, "%s~%s", *err ? err : "part", mark);
        break;
    case CLASS_KEPT:
        snprintf(buf, size, "kept%s", mark);
        break;
    case CLASS_SUCCEEDED:
        snprintf(buf, size, "HIT%s", mark);
        break;
    case CLASS_WORKS:
        snprintf(buf, size, "ok%s", mark);
        break;
    case CLASS_BROKEN:
        snprintf(buf, size, "(%s)%s", *err ? err : "refused", mark);
        break;
    case CLASS_SKIPPED:
        snprintf(buf, size, "-%s", mark);
        break;
    case CLASS_KILLED:
        snprintf(buf, size, "signal %d", WTERMSIG(c->status));
        break;
    default:
        if (row->scenario)
            snprintf(buf, size, "?!");
        else
            snprintf(buf, size, "exit %d", WEXITSTATUS(c->status));
    }
}

static const char legend[] =
    "HIT the attack had its effect; an errno: refused, nothing changed; E+ refused, a split border is left;\n"
    "E~ refused after something was changed; kept: reports success, but what was sealed stays; ok: harmless and works;\n"
    "(E) harmless but refused; - not possible here; * the designs differ; ?! not what is expected.\n";

/* One column's worth of text; the last one is not padded. */
static void text_cell(FILE *out, const struct matrix *m, size_t col, const char *text)
{
    size_t label = strlen(m->designs[col].label), width = label > 9 ? label : 9;
    if (col + 1 == m->ndesigns)
        fprintf(out, " %s\n", text);
    else
        fprintf(out, " %-*s", (int)width, text);
}

static void render_text(const struct matrix *m, FILE *out)
{
    char buf[32];
    fprintf(out, "%-6s", "");
    for (size_t d = 0; d < m->ndesigns; d++)
        text_cell(out, m, d, m->designs[d].label);
    for (size_t r = 0; r < m->nrows; r++) {
        const struct matrix_row *row = &m->rows[r];
        fprintf(out, "%-5s%c", row->name, row->differs ? '*' : ' ');
        for (size_t d = 0; d < m->ndesigns; d++) {
            short_text(row, matrix_cell(m, r, d), buf, sizeof buf);
            text_cell(out, m, d, buf);
        }
    }
    fprintf(out, "\n%s", legend);
}

static void render_markdown(const struct matrix *m, FILE *out)
{
    char buf[32];
    fprintf(out, "| | scenario |");
    for (size_t d = 0; d < m->ndesigns; d++)
        fprintf(out, " %s |", m->designs[d].label);
    fprintf(out, "\n|---|---|");
    for (size_t d = 0; d < m->ndesigns; d++)
        fprintf(out, "---|");
    fputc('\n', out);
    for (size_t r = 0; r < m->nrows; r++) {
        const struct matrix_row *row = &m->rows[r];
        fprintf(out, "| %s%s | %s |", row->name, row->differs ? "\\*" : "", row->what);
        for (size_t d = 0; d < m->ndesigns; d++) {
            short_text(row, matrix_cell(m, r, d), buf, sizeof buf);
            fprintf(out, " %s |", buf);
        }
        fputc('\n', out);
    }
    fprintf(out, "\n%s", legend);
}

static void escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

static void render_html(const struct matrix *m, FILE *out)
{
    static const char *const css[NR_CLASSES] = {
        [CLASS_NONE] = "none",     [CLASS_BLOCKED] = "blocked", [CLASS_RESIDUE] = "blocked",
        [CLASS_PARTLY] = "partly", [CLASS_KEPT] = "blocked",    [CLASS_SUCCEEDED] = "hit",
        [CLASS_WORKS] = "ok",      [CLASS_BROKEN] = "broken",   [CLASS_KILLED] = "killed",
        [CLASS_SKIPPED] = "none",
    };
    char buf[32];
    fputs(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sealing designs, side by side</title>\n"
        "<style>\n"
        ":root{color-scheme:light dark}body{font:14px/1.4 system-ui,sans-serif;margin:1rem}\n"
        "table{border-collapse:collapse}th,td{border:1px solid #8886;padding:.2rem .4rem;text-align:left}\n"
        "thead th{position:sticky;top:0;background:Canvas;writing-mode:vertical-rl}tbody th{font-weight:600}\n"
        ".blocked{background:#2a73}.hit{background:#c336}.partly{background:#d925}.broken{background:#85b4}\n"
        ".killed{background:#5558}.none{color:GrayText}.wrong{outline:3px solid red}\n"
        "</style>\n<h1>Sealing designs, side by side</h1><p>",
        out);
    escaped(out, legend);
    fputs(
        " Point at a cell for what was printed and where the expectation comes from.</p>\n<table><thead><tr><td></td><td></td>",
        out);
    for (size_t d = 0; d < m->ndesigns; d++)
        fprintf(out, "<th scope=\"col\">%s</th>", m->designs[d].label);
    fputs("</tr></thead><tbody>\n", out);
    for (size_t r = 0; r < m->nrows; r++) {
        const struct matrix_row *row = &m->rows[r];
        fprintf(out, "<tr><th scope=\"row\">%s%s</th><td>", row->name, row->differs ? "*" : "");
        escaped(out, row->what);
        fputs("</td>", out);
        for (size_t d = 0; d < m->ndesigns; d++) {
            const struct cell *c = matrix_cell(m, r, d);
            short_text(row, c, buf, sizeof buf);
            fprintf(out, "<td class=\"%s%s\" title=\"", css[c->class], c->wrong ? " wrong" : "");
            escaped(out, c->text);
            if (c->expected) {
                fputs(" — ", out);
                escaped(out, c->expected->source);
            }
            fputs("\">", out);
            escaped(out, buf);
            fputs("</td>", out);
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></html>\n", out);
}

static void json_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

/* One object a line: id, design, class, outcome, expected, source, status. */
static void render_json(const struct matrix *m, FILE *out)
{
    fputs("[\n", out);
    for (size_t r = 0; r < m->nrows; r++)
        for (size_t d = 0; d < m->ndesigns; d++) {
            const struct cell *c = matrix_cell(m, r, d);
            fputs("{\"scenario\":", out);
            json_string(out, m->rows[r].name);
            fputs(",\"design\":", out);
            json_string(out, m->designs[d].label);
            fputs(",\"class\":", out);
            json_string(out, outcome_class_names[c->class]);
            fputs(",\"outcome\":", out);
            json_string(out, c->text);
            if (c->expected) {
                fputs(",\"expected\":", out);
                json_string(out, c->expected->outcome);
                fputs(",\"source\":", out);
                json_string(out, c->expected->source);
            }
            fprintf(out, ",\"%s\":%d,\"as_expected\":%s}%s\n", WIFSIGNALED(c->status) ? "signal" : "exit",
                    WIFSIGNALED(c->status) ? WTERMSIG(c->status) : WEXITSTATUS(c->status),
                    c->wrong ? "false" : "true", r + 1 == m->nrows && d + 1 == m->ndesigns ? "" : ",");
        }
    fputs("]\n", out);
}

static void render_junit(const struct matrix *m, FILE *out)
{
    size_t wrong = 0;
    for (size_t i = 0; i < m->nrows * m->ndesigns; i++)
        wrong += m->cells[i].wrong;
    fprintf(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"matrix\" tests=\"%zu\" failures=\"%zu\">\n",
        m->nrows * m->ndesigns, wrong);
    for (size_t r = 0; r < m->nrows; r++)
        for (size_t d = 0; d < m->ndesigns; d++) {
            const struct cell *c = matrix_cell(m, r, d);
            fprintf(out, "<testcase classname=\"%s\" name=\"", m->designs[d].label);
            escaped(out, m->rows[r].name);
            if (!c->wrong) {
                fputs("\"/>\n", out);
                continue;
            }
            fputs("\"><failure message=\"", out);
            escaped(out, c->text);
            fputs("\">expected: ", out);
            escaped(out, c->expected ? c->expected->outcome : "(nothing is written down)");
            fputs("</failure></testcase>\n", out);
        }
    fputs("</testsuite>\n", out);
}

static void render_tap(const struct matrix *m, FILE *out)
{
    fprintf(out, "1..%zu\n", m->nrows * m->ndesigns);
    for (size_t r = 0, n = 1; r < m->nrows; r++)
        for (size_t d = 0; d < m->ndesigns; d++, n++) {
            const struct cell *c = matrix_cell(m, r, d);
            fprintf(out, "%sok %zu - %s under %s: %s\n", c->wrong ? "not " : "", n, m->rows[r].name,
                    m->designs[d].label, c->text);
            if (c->wrong)
                fprintf(out, "# expected: %s\n",
                        c->expected ? c->expected->outcome : "(nothing is written down)");
        }
}

int matrix_render(const struct matrix *m, const char *format, FILE *out)
{
    static const struct {
        const char *name;
        void (*render)(const struct matrix *m, FILE *out);
    } formats[] = {{"text", render_text}, {"markdown", render_markdown}, {"html", render_html},
                   {"json", render_json}, {"junit", render_junit},       {"tap", render_tap}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(formats[i].name, format)) {
            formats[i].render(m, out);
            return 0;
        }
    return -EINVAL;
}
