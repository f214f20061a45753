// The trained L2MU for Braille by hand: what a good embedded engineer would write for this one network. It is the yardstick for
// the interpreter's instructions, and it has to produce the same spikes, bit for bit (runtime/ARITHMETIC.md, sections 2 and 3).
//
// model.h holds the model as constant arrays, generated from the .esm file: sizes, shifts, decays as constants that the compiler
// sees, rows of weights by source, padded to words; and the vectors of the file, input and checksum of each tick. Idioms: rows of four sources in one pass over the sums; everything known at
// compile time is a constant; no function pointers, no clamps where the sums are known to be small, state in static arrays.
#include <stdint.h>
#include <string.h>
#include "model.h"

typedef struct { int count; uint16_t index[N_M]; } events_t;

static events_t x, u, m, h, out;                // spikes of this tick; of the tick before, until they are computed anew
static int32_t sum_u[N_U], sum_m[N_M], sum_h[N_H], sum_out[N_OUT];
static int32_t v_u[N_U], v_m[N_M], v_h[N_H], v_out[N_OUT];
static int32_t score[N_OUT];

// sum[j] += weights of the active rows, four rows a pass.
static inline __attribute__((always_inline)) void add_rows(int32_t *restrict sum, const weight_t *restrict weights, int stride, int width, const events_t *restrict e, int shift)
{
    const uint16_t *p = e->index, *end = p + e->count;
    for (; p + 4 <= end; p += 4) {
        const weight_t *a = weights + p[0] * stride, *b = weights + p[1] * stride, *c = weights + p[2] * stride, *d = weights + p[3] * stride;
        for (int j = 0; j < width; j++) sum[j] += (int32_t)((uint32_t)(a[j] + b[j] + c[j] + d[j]) << shift);
    }
    for (; p + 2 <= end; p += 2) {
        const weight_t *a = weights + p[0] * stride, *b = weights + p[1] * stride;
        for (int j = 0; j < width; j++) sum[j] += (int32_t)((uint32_t)(a[j] + b[j]) << shift);
    }
    if (p < end) {
        const weight_t *a = weights + p[0] * stride;
        for (int j = 0; j < width; j++) sum[j] += (int32_t)((uint32_t)a[j] << shift);
    }
}

// The same small matrix in every memory: source r * sources + i reaches targets r * width ...
static inline __attribute__((always_inline)) void add_block_rows(int32_t *restrict sum, const weight_t *restrict weights, int stride, int sources, int width, const events_t *restrict e, int shift)
{
    for (const uint16_t *p = e->index, *end = p + e->count; p < end; p++) {
        int block = *p / sources;
        const weight_t *row = weights + (*p - block * sources) * stride;
        int32_t *s = sum + block * width;
        for (int j = 0; j < width; j++) s[j] += (int32_t)((uint32_t)row[j] << shift);
    }
}

// Leaky neurons, reset by subtraction on the next tick. decay is that of the file times 2^15: the product's upper word is (v * d) >> 15.
static inline __attribute__((always_inline)) void step_neurons(int32_t *restrict v, const int32_t *restrict sum, const int32_t *restrict threshold, int n, int shift, int32_t decay, const int32_t *restrict bias, events_t *restrict e)
{
    uint16_t *next = e->index;
    for (int j = 0; j < n; j++) {
        int32_t old = v[j], now = (int32_t)((uint32_t)sum[j] << shift) + (bias ? bias[j] : 0);
        if (old > threshold[j]) now -= threshold[j];
        now += (int32_t)((int64_t)(old << 2) * decay >> 32);
        v[j] = now;
        if (now > threshold[j]) *next++ = (uint16_t)j;
    }
    e->count = next - e->index;
}

static void reset(void)
{
    memset(v_u, 0, sizeof v_u); memset(v_m, 0, sizeof v_m); memset(v_h, 0, sizeof v_h); memset(v_out, 0, sizeof v_out);
    memset(score, 0, sizeof score);
    u.count = m.count = h.count = out.count = 0;
}

// Phases are functions of their own so that their instructions can be told apart.
__attribute__((noinline)) static void synapses_u(void)
{
    memset(sum_u, 0, sizeof sum_u);
    add_rows(sum_u, E_X, E_X_STRIDE, N_U, &x, E_X_SHIFT);
    add_rows(sum_u, E_H, E_H_STRIDE, N_U, &h, E_H_SHIFT);
    add_rows(sum_u, E_M, E_M_STRIDE, N_U, &m, E_M_SHIFT);
}

__attribute__((noinline)) static void synapses_m(void)
{
    memset(sum_m, 0, sizeof sum_m);
    add_block_rows(sum_m, A, A_STRIDE, ORDER, ORDER, &m, A_SHIFT);
    add_block_rows(sum_m, B, B_STRIDE, 1, ORDER, &u, B_SHIFT);
}

__attribute__((noinline)) static void synapses_h(void)
{
    memset(sum_h, 0, sizeof sum_h);
    add_rows(sum_h, W_X, W_X_STRIDE, N_H, &x, W_X_SHIFT);
    add_rows(sum_h, W_H, W_H_STRIDE, N_H, &h, W_H_SHIFT);
    add_rows(sum_h, W_M, W_M_STRIDE, N_H, &m, W_M_SHIFT);
}

__attribute__((noinline)) static void synapses_out(void)
{
    memset(sum_out, 0, sizeof sum_out);
    add_rows(sum_out, W_O, W_O_STRIDE, N_OUT, &h, W_O_SHIFT);
}

__attribute__((noinline)) static void neurons_u(void) { step_neurons(v_u, sum_u, TH_U, N_U, SHIFT_U, DECAY_U << 15, 0, &u); }
__attribute__((noinline)) static void neurons_m(void) { step_neurons(v_m, sum_m, TH_M, N_M, SHIFT_M, DECAY_M << 15, 0, &m); }
__attribute__((noinline)) static void neurons_h(void) { step_neurons(v_h, sum_h, TH_H, N_H, SHIFT_H, DECAY_H << 15, 0, &h); }
__attribute__((noinline)) static void neurons_out(void) { step_neurons(v_out, sum_out, TH_OUT, N_OUT, SHIFT_OUT, DECAY_OUT << 15, BIAS_OUT, &out); }

__attribute__((noinline)) void measured_begin(void) { __asm__ volatile("" ::: "memory"); }
__attribute__((noinline)) void measured_end(void) { __asm__ volatile("" ::: "memory"); }

__attribute__((noinline)) static void step(int taxels)
{
    x.count = 0;
    for (int i = 0; i < N_X; i++)
        if (taxels >> i & 1) x.index[x.count++] = (uint16_t)i;
    synapses_u(); neurons_u();
    synapses_m(); neurons_m();
    synapses_h(); neurons_h();
    synapses_out(); neurons_out();
    for (int i = 0; i < out.count; i++) score[out.index[i]]++;
}

// FNV-1a over the spikes of a tick, as StepChecksum has it (runtime/FORMAT.md, "Vectors").
static uint32_t mix(uint32_t hash, const events_t *e)
{
    for (int i = 0; i < e->count; i++) hash = (hash ^ (uint32_t)(e->index[i] + 1)) * 16777619u;
    return hash * 16777619u;
}

// The verdict is seen by whoever follows the program counter: see the notes in device/Program.cs.
__attribute__((noinline)) void counts_passed(void) { __asm__ volatile("" ::: "memory"); }
__attribute__((noinline)) void counts_failed(void) { __asm__ volatile("" ::: "memory"); }

static int replay(void)
{
    const uint16_t *input = INPUTS;
    const uint32_t *expected = CHECKSUMS;
    for (int v = 0; v < VECTORS; v++) {
        reset();
        for (int t = 0; t < TICKS; t++) {
            int taxels = *input++;
            measured_begin();
            step(taxels);
            measured_end();
            if (mix(mix(mix(mix(2166136261u, &u), &m), &h), &out) != *expected++) return 0;
        }
    }
    return 1;
}

extern uint32_t bss_start[], bss_end[], stack_top[];

void Reset_Handler(void)
{
    for (uint32_t *p = bss_start; p != bss_end; p++) *p = 0;
    if (replay()) counts_passed(); else counts_failed();
    for (;;) { }
}

__attribute__((section(".vectors"), used)) static const void *const vectors[] = { stack_top, (const void *)Reset_Handler };
