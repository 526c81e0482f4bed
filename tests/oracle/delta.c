/* The delta rule as a program for `refmem check --exec`: reads a case directory, writes its results.

       S = S + beta k (v - S' k)'     o = scale S' q       one head at a time, K by V

   Build with: cc -O2 delta.c -lm -o delta. Everything is float32; arrays are in refmem's grammar:
   leading axes (2, 2), or with sharing heads (2, 2, 3) and (2, 2, 1), so shapes are read per array
   and broadcast by their strides. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_AXES = 6 };

typedef struct {
    float *data;
    long shape[MOST_AXES];
    int axes;
} Array;

static char folder[4096];
static char *text;

static void fail(const char *why, const char *what) {
    fprintf(stderr, "%s: %s\n", why, what);
    exit(1);
}

static char *read_file(const char *name, long *size) {
    char path[8192];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) fail("cannot open", path);
    fseek(file, 0, SEEK_END);
    *size = ftell(file);
    rewind(file);
    char *bytes = malloc(*size + 1);
    if (fread(bytes, 1, *size, file) != (size_t)*size) fail("cannot read", path);
    bytes[*size] = 0;
    fclose(file);
    return bytes;
}

/* The line of case.json about an array; NULL if there is none. */
static const char *line_of(const char *name) {
    char key[256];
    snprintf(key, sizeof key, "{\"name\": \"%s\",", name);
    return strstr(text, key);
}

static int describe(const char *name, Array *array) {
    const char *line = line_of(name);
    if (!line) return 0;
    const char *at = strstr(line, "\"shape\": [") + strlen("\"shape\": [");
    for (array->axes = 0; *at != ']'; array->axes++) {
        array->shape[array->axes] = strtol(at, (char **)&at, 10);
        while (*at == ',' || *at == ' ') at++;
    }
    return 1;
}

static long entries(const Array *array, int from) {
    long count = 1;
    for (int axis = from; axis < array->axes; axis++) count *= array->shape[axis];
    return count;
}

static int input(const char *name, Array *array) {
    if (!describe(name, array)) return 0;
    char file[256];
    long size;
    snprintf(file, sizeof file, "%s.bin", name);
    array->data = (float *)read_file(file, &size);
    if (size != entries(array, 0) * (long)sizeof(float)) fail("wrong size", file);
    return 1;
}

/* Where an array's own axes begin for a place among the leading axes, of which some have length 1. */
static float *part(const Array *array, int own, const long *place, int lead) {
    long at = 0, heads = array->axes - own;
    for (int axis = 0; axis < heads; axis++)
        at = at * array->shape[axis]
             + (array->shape[axis] == 1 ? 0 : place[lead - heads + axis]);
    return array->data + at * entries(array, (int)heads);
}

static void write_result(const char *name, const Array *array) {
    char path[8192];
    snprintf(path, sizeof path, "%s/%s.bin", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(array->data, sizeof(float), entries(array, 0), file)
                     != (size_t)entries(array, 0))
        fail("cannot write", path);
    fclose(file);
}

static void one_head(const float *q, const float *k, const float *v, const float *beta, float scale,
                     long T, long K, long V, float *S, float *out) {
    for (long t = 0; t < T; t++, q += K, k += K, v += V, out += V) {
        for (long j = 0; j < V; j++) {
            float recalled = 0, read = 0;
            for (long i = 0; i < K; i++) recalled += k[i] * S[i * V + j];
            float write = beta[t] * (v[j] - recalled);
            for (long i = 0; i < K; i++) {
                S[i * V + j] += k[i] * write;
                read += q[i] * S[i * V + j];
            }
            out[j] = scale * read;
        }
    }
}

int main(int count, char **words) {
    if (count != 2) fail("usage", "delta DIRECTORY");
    long size;
    snprintf(folder, sizeof folder, "%s", words[1]);
    text = read_file("case.json", &size);
    Array q, k, v, beta, first, out, state;
    if (!input("q", &q) || !input("k", &k) || !input("v", &v) || !input("beta", &beta))
        fail("missing input", "q, k, v or beta");
    int given = line_of("state") < strstr(text, "\"outputs\"") && input("state", &first);
    text = strstr(text, "\"outputs\"");
    describe("out", &out);
    describe("state", &state);
    out.data = calloc(entries(&out, 0) + 1, sizeof(float));
    const char *scaled = strstr(read_file("case.json", &size), "\"scale\": ");
    float scale = scaled ? strtof(scaled + strlen("\"scale\": "), NULL) : 1;

    int lead = out.axes - 2;
    long T = out.shape[lead], V = out.shape[lead + 1], K = k.shape[k.axes - 1], heads = 1;
    for (int axis = 0; axis < lead; axis++) heads *= out.shape[axis];
    memcpy(state.shape, out.shape, sizeof out.shape);
    state.axes = out.axes;
    state.shape[lead] = K;
    state.shape[lead + 1] = V;
    state.data = calloc(entries(&state, 0) + 1, sizeof(float));
    for (long head = 0; head < heads; head++) {
        long place[MOST_AXES], rest = head;
        for (int axis = lead - 1; axis >= 0; axis--) {
            place[axis] = rest % out.shape[axis];
            rest /= out.shape[axis];
        }
        float *S = state.data + head * K * V;
        if (given) memcpy(S, part(&first, 2, place, lead), K * V * sizeof(float));
        one_head(part(&q, 2, place, lead), part(&k, 2, place, lead), part(&v, 2, place, lead),
                 part(&beta, 1, place, lead), scale, T, K, V, S, out.data + head * T * V);
    }
    write_result("out", &out);
    write_result("state", &state);
    return 0;
}
