@ Rows of weights added to sums, sums cleared, neurons updated, for cores from Armv7-M on: Cortex-M3, M4, M7, M33.
@
@ Contract: that of the C# bodies in Kernels/Packed/Bodies.cs, bit-identical to them (tests/EdgeSpike.Firmware.Tests/KernelImageTests.cs).
@ Functions under the procedure call standard (IHI 0042): arguments r0 to r3, then the stack; r4 to r11 are kept.
@ With the DSP extension (all but the M3) sxtab16 adds two bytes of a word, signed, to two lanes of 16 bits, and rotated by 8 the other
@ two, exact for 255 rows; sxtah adds a half of a word, signed, to 32 bits; smmla adds the upper word of a signed product, rounded down.
@ Without it they are what Bodies.cs does in lanes, a sign extension and an addition, a long product and an addition.
@ Cost, in instructions, without the extension in brackets: int8 8 (12) for a row and 8 columns, 30 (40) for every 8; int16 12.5 (16.5)
@ for a row and 8 columns, 19 for every 8, where rows begin at words, else 6 (7) for a row and 2 columns. A row in blocks: 12, and 29 for
@ 7 weights. A synapse: 7. A neuron, one more without the extension: reset on the next tick 11.5, reset at once 12, with all options 22
@ and what it uses of them (NeuronSteps.cs); where it spikes, 9, 9 and about 15 more.
        .syntax unified
        .thumb

        .equ    BEGIN, 1                @ Kernels.Begin
        .equ    UNALIGNED, 2            @ Kernels.Unaligned

        .macro  kernel name
        .section .text.\name, "ax", %progbits
        .balign 4
        .thumb_func
        .global \name
        .type   \name, %function
\name:
        .endm

@ ---- ListMatrixRows(r0 sources, r1 count, r2 weights, r3 bytes of a row, [sp] rows) -> count ----------------------------------
        kernel  kernels_list_matrix_rows
        push    {r4, lr}
        ldr     r4, [sp, #8]
        add     r12, r0, r1, lsl #2
1:      ldr     lr, [r0], #4
        mla     lr, lr, r3, r2
        str     lr, [r4], #4
        cmp     r0, r12
        bne     1b
        mov     r0, r1
        pop     {r4, pc}

@ ---- ListWholeRows(r0 sources, r1 count, r2 weights, r3 shift, [sp] starts, rows) -> how many ---------------------------------
        kernel  kernels_list_whole_rows
        push    {r4-r6, lr}
        ldrd    r4, r5, [sp, #16]
        add     r1, r0, r1, lsl #2
        mov     r12, r5
1:      ldr     r6, [r0], #4
        add     r6, r4, r6, lsl #2
        ldrd    r6, lr, [r6]
        cmp     r6, lr
        beq     2f
        lsl     r6, r6, r3
        add     r6, r6, r2
        str     r6, [r5], #4
2:      cmp     r0, r1
        bne     1b
        sub     r0, r5, r12
        asr     r0, r0, #2
        pop     {r4-r6, pc}

        @ Columns one by one: \load is the weight's, \bytes its size. Rows r4 to r5, column r8, sums r2, columns left r3, mode r12.
        .macro  single_columns load, bytes
1:      mov     r0, r4
        ldr     r9, [r2]
        lsls    r10, r12, #31
        it      mi
        movmi   r9, #0
2:      ldr     r11, [r0], #4
        \load   r11, [r11, r8]
        add     r9, r9, r11
        cmp     r0, r5
        bne     2b
        str     r9, [r2], #4
        add     r8, r8, #\bytes
        subs    r3, r3, #1
        bne     1b
        .endm

@ ---- AddBytes(r0 rows, r1 count, r2 sums, r3 width, [sp] mode) ---------------------------------------------------------------
@ Eight columns a pass, from two words of each row at columns r8 and r7. Sums of bytes 0 and 2 of a word are the lanes of \even, of 1
@ and 3 those of \odd. 4 to 7 columns that are left: a pass by itself, with sums on the stack, whose words overlap.
        .macro  add_word word, even, odd
#ifdef __ARM_FEATURE_DSP
        sxtab16 \even, \even, \word
        sxtab16 \odd, \odd, \word, ror #8
#else
        eor     \word, \word, #0x80808080       @ w + 128 in each byte: Bodies.cs
        and     lr, \word, #0x00FF00FF
        add     \even, \even, lr
        add     \odd, \odd, \word, lsr #8
#endif
        .endm

        .macro  add_row_words
        ldr     r1, [r0], #4
        ldr     r6, [r1, r8]
        ldr     r1, [r1, r7]
        add_word r6, r9, r10
        add_word r1, r11, r12
        .endm

        @ Four columns; negative: begins the sums.
        .macro  finish_word even, odd
        mov     r0, r2
        it      mi
        adrmi   r0, 9f
        ldm     r0, {r0, r1, r6, lr}
#ifdef __ARM_FEATURE_DSP
        sxtah   r0, r0, \even
        sxtah   r1, r1, \odd
#else
        sxth    r7, \even
        add     r0, r0, r7
        sub     \even, \even, r7
        sub     \odd, \odd, \even, asr #8
        sxth    r7, \odd
        add     r1, r1, r7
        sub     \odd, \odd, r7
#endif
        add     r6, r6, \even, asr #16
        add     lr, lr, \odd, asr #16
        stm     r2!, {r0, r1, r6, lr}
        .endm

        kernel  kernels_add_bytes
        push    {r4-r11, lr}
        sub     sp, sp, #48             @ eight sums, #32 sums and columns left for the pass by itself, #40 where lanes begin; #84 mode
        mov     r4, r0
        add     r5, r0, r1, lsl #2
        mov     r8, #0
        str     r8, [sp, #36]
#ifdef __ARM_FEATURE_DSP
        strd    r8, r8, [sp, #40]
#else
        lsls    r1, r1, #7              @ -128 for each row in each lane
        add     r9, r1, r1, lsl #16
        rsb     r9, r9, #0
        sub     r10, r9, r1, lsl #8
        strd    r9, r10, [sp, #40]
#endif
        subs    r3, r3, #8
        blt     5f
1:      add     r7, r8, #4
2:      mov     r0, r4
        ldrd    r9, r10, [sp, #40]
        ldrd    r11, r12, [sp, #40]
        eor     r1, r4, r5
        lsls    r1, r1, #29
        bmi     4f                      @ an odd number of rows
3:      add_row_words
4:      add_row_words
        cmp     r0, r5
        bne     3b
        ldr     r1, [sp, #84]
        lsls    r1, r1, #31
        finish_word r9, r10
        finish_word r11, r12
        add     r8, r8, #8
        subs    r3, r3, #8
        bge     1b
5:      adds    r3, r3, #8
        beq     7f
        cmp     r3, #4
        blt     6f
        strd    r2, r3, [sp, #32]
        sub     r7, r3, #4
        add     r6, r2, r7, lsl #2
        add     r7, r7, r8
        ldm     r2, {r0, r1, r9, r10}
        mov     r2, sp
        stm     r2, {r0, r1, r9, r10}
        ldm     r6, {r0, r1, r9, r10}
        add     r6, sp, #16
        stm     r6, {r0, r1, r9, r10}
        movs    r3, #0
        b       2b
6:      ldr     r12, [sp, #84]
        single_columns ldrsb, 1
7:      ldrd    r2, r3, [sp, #32]
        cbz     r3, 8f
        ldm     sp, {r0, r1, r9, r10}
        stm     r2, {r0, r1, r9, r10}
        add     r2, r2, r3, lsl #2
        sub     r2, r2, #16
        add     r6, sp, #16
        ldm     r6, {r0, r1, r9, r10}
        stm     r2, {r0, r1, r9, r10}
8:      add     sp, sp, #48
        pop     {r4-r11, pc}
        .balign 4
9:       .word   0, 0, 0, 0

@ ---- AddShorts(r0 rows, r1 count, r2 sums, r3 width, [sp] mode); rows[count] is 0 --------------------------------------------
        .macro  add_halves word, low, high
        add     \high, \high, \word, asr #16
#ifdef __ARM_FEATURE_DSP
        sxtah   \low, \low, \word
#else
        sxth    \word, \word
        add     \low, \low, \word
#endif
        .endm

        kernel  kernels_add_shorts
        push    {r0-r11, lr}            @ [sp] rows, #4 count, #8 sums, #12 width
        ldr     r12, [sp, #52]
        lsls    r4, r12, #30
        mov     r8, #0
        bmi     5f
        subs    r3, r3, #8
        blt     4f
        str     r3, [sp, #12]
        mov     r3, #0                  @ column, in bytes
1:      ldr     r0, [sp]
        ldr     r1, [sp, #8]
        ldr     r2, [sp, #52]
        lsls    r2, r2, #31
        it      mi
        adrmi   r1, 9f
        ldm     r1, {r4-r11}
2:      .rept   2
        ldr     r1, [r0], #4
        cbz     r1, 3f
        add     r1, r1, r3
        ldm     r1, {r1, r2, r12, lr}
        add_halves r1, r4, r5
        add_halves r2, r6, r7
        add_halves r12, r8, r9
        add_halves lr, r10, r11
        .endr
        b       2b
3:      ldr     r1, [sp, #8]
        stm     r1!, {r4-r11}
        str     r1, [sp, #8]
        adds    r3, r3, #16
        ldr     r2, [sp, #12]
        subs    r2, r2, #8
        str     r2, [sp, #12]
        bge     1b
        mov     r8, r3
        mov     r3, r2
        ldr     r2, [sp, #8]
        ldr     r12, [sp, #52]
4:      adds    r3, r3, #8
5:      ldr     r4, [sp]
        ldr     r1, [sp, #4]
        add     r5, r4, r1, lsl #2
        subs    r3, r3, #2
        blt     8f
6:      mov     r0, r4
        ldrd    r9, r10, [r2]
        lsls    r1, r12, #31
        itt     mi
        movmi   r9, #0
        movmi   r10, #0
7:      ldr     r11, [r0], #4
        ldr     r11, [r11, r8]
        add_halves r11, r9, r10
        cmp     r0, r5
        bne     7b
        strd    r9, r10, [r2], #8
        add     r8, r8, #4
        subs    r3, r3, #2
        bge     6b
8:      adds    r3, r3, #2
        beq     3f
        single_columns ldrsh, 2
3:      add     sp, sp, #16
        pop     {r4-r11, pc}
        .balign 4
9:      .word   0, 0, 0, 0, 0, 0, 0, 0

@ ---- rows times a factor -----------------------------------------------------------------------------------------------------
@ blocks(r0 weights, r1 bytes of a row, r2 sources, r3 reciprocal, [sp] width, list, sums, factor) and
@ row(r0 row, r1 factor, r2 sums, r3 width), the body of its loop. Sums r10, row r9, factor r7, columns left r4; list r5 to r8.
        .macro  scaled_rows blocks, row, load, bytes
        kernel  \blocks
        push    {r4-r11, lr}
        ldrd    r4, r5, [sp, #36]
        ldrd    r6, r7, [sp, #44]
        ldr     r8, [r5], #4
        add     r8, r5, r8, lsl #2
        b       5f
1:      ldr     r9, [r5], #4
        add     r10, r9, #1
        umull   r12, r10, r10, r3       @ block = source / sources
        mls     r9, r10, r2, r9
        mla     r9, r9, r1, r0
        ldr     r4, [sp, #36]
        mul     r10, r10, r4
        add     r10, r6, r10, lsl #2
\row\()_body:
        subs    r4, r4, #4
        blt     3f
2:      ldrd    r11, r12, [r10]
        \load   lr, [r9], #\bytes
        mla     r11, lr, r7, r11
        \load   lr, [r9], #\bytes
        mla     r12, lr, r7, r12
        strd    r11, r12, [r10], #8
        ldrd    r11, r12, [r10]
        \load   lr, [r9], #\bytes
        mla     r11, lr, r7, r11
        \load   lr, [r9], #\bytes
        mla     r12, lr, r7, r12
        strd    r11, r12, [r10], #8
        subs    r4, r4, #4
        bge     2b
3:      lsls    r4, r4, #31             @ carry: two more; negative: one more
        bcc     4f
        ldrd    r11, r12, [r10]
        \load   lr, [r9], #\bytes
        mla     r11, lr, r7, r11
        \load   lr, [r9], #\bytes
        mla     r12, lr, r7, r12
        strd    r11, r12, [r10], #8
4:      bpl     5f
        ldr     r11, [r10]
        \load   lr, [r9]
        mla     r11, lr, r7, r11
        str     r11, [r10]
5:      cmp     r5, r8
        bne     1b
        pop     {r4-r11, pc}

        .thumb_func
        .global \row
        .type   \row, %function
\row:   push    {r4-r11, lr}
        mov     r9, r0
        mov     r7, r1
        mov     r10, r2
        mov     r4, r3
        mov     r8, r5                  @ an empty list
        b       \row\()_body
        .endm

        scaled_rows kernels_add_byte_blocks, kernels_add_byte_row, ldrsb, 1
        scaled_rows kernels_add_short_blocks, kernels_add_short_row, ldrsh, 2

@ ---- synapses(r0 weights, r1 targets, r2 count, r3 factor, [sp] sums) --------------------------------------------------------
        .macro  synapses name, load, bytes
        kernel  \name
        push    {r4-r6, lr}
        ldr     r4, [sp, #16]
1:      \load   r5, [r0], #\bytes
        ldrh    r6, [r1], #2
        ldr     r12, [r4, r6, lsl #2]
        mla     r12, r5, r3, r12
        str     r12, [r4, r6, lsl #2]
        subs    r2, r2, #1
        bne     1b
        pop     {r4-r6, pc}
        .endm

        synapses kernels_add_byte_synapses, ldrsb, 1
        synapses kernels_add_short_synapses, ldrsh, 2

@ ---- FillWords(r0 p, r1 count, r2 value) ---------------------------------------------------------------------------------------
        kernel  kernels_fill
        push    {r4, lr}
        mov     r3, r2
        mov     r4, r2
        mov     r12, r2
        subs    r1, r1, #8
        blt     2f
1:      stm     r0!, {r2, r3, r4, r12}
        stm     r0!, {r2, r3, r4, r12}
        subs    r1, r1, #8
        bge     1b
2:      adds    r1, r1, #8
        beq     4f
3:      str     r2, [r0], #4
        subs    r1, r1, #1
        bne     3b
4:      pop     {r4, pc}

        @ \sum += (\state x \decay) >> 15, the decay given x 2^15; \product and \other, which may be the decay, are lost.
        .macro  decayed sum, state, decay, product, other
        lsls    \product, \state, #2
#ifdef __ARM_FEATURE_DSP
        smmla   \sum, \product, \decay, \sum
#else
        smull   \other, \product, \product, \decay
        add     \sum, \sum, \product
#endif
        .endm

@ ---- StepSubtractNext(r0 v, r1 end, r2 input, r3 shift, [sp] decay, thresholds, step, list) -> spikes ------------------------
@ Two neurons at a time; where their number is odd, the first one by itself. A threshold that all share stands twice on the stack.
        .macro  subtract_next x, v, threshold
        lsl     \x, \x, r3
        cmp     \v, \threshold
        it      gt
        subgt   \x, \x, \threshold
        decayed \x, \v, r4, \v, r7
        .endm

        @ Lists the neuron that stands so many before r0.
        .macro  list_before count, back
        ldrd    r7, r11, [sp]
        sub     r7, r0, r7
        asr     r7, r7, #2
        sub     r7, r7, #\count
        str     r7, [r11], #4
        str     r11, [sp, #4]
        b       \back
        .endm

        kernel  kernels_step_subtract_next
        push    {r4-r11, lr}
        ldrd    r4, r5, [sp, #36]
        ldrd    r6, r7, [sp, #44]
        sub     sp, sp, #16             @ first membrane, list, threshold, threshold; #64 list
        strd    r0, r7, [sp]
        lsls    r6, r6, #1
        bne     1f
        ldr     r8, [r5]
        mov     r9, r8
        add     r5, sp, #8
        strd    r8, r9, [r5]
1:      eor     r7, r0, r1
        lsls    r7, r7, #29
        bpl     2f
        ldr     r10, [r2], #4
        ldr     r12, [r0]
        ldr     r8, [r5]
        add     r5, r5, r6, lsr #1
        subtract_next r10, r12, r8
        str     r10, [r0], #4
        b       3f
2:      ldrd    r9, r10, [r2], #8
        ldrd    r11, r12, [r0]
        ldrd    lr, r8, [r5]
        add     r5, r5, r6
        subtract_next r9, r11, lr
        subtract_next r10, r12, r8
        strd    r9, r10, [r0], #8
        cmp     r9, lr
        bgt     5f
3:      cmp     r10, r8
        bgt     6f
4:      cmp     r0, r1
        bne     2b
        ldr     r0, [sp, #4]
        ldr     r1, [sp, #64]
        subs    r0, r0, r1
        asrs    r0, r0, #2
        add     sp, sp, #16
        pop     {r4-r11, pc}
5:      list_before 2, 3b
6:      list_before 1, 4b

@ ---- StepResetNow(r0 v, r1 end, r2 input, r3 shift, [sp] decay, thresholds, step, list, keep, subtract, value) -> spikes -----
        kernel  kernels_step_reset_now
        push    {r4-r10, lr}
        ldrd    r4, r5, [sp, #32]
        ldrd    r6, r7, [sp, #40]
        mov     r8, r0
1:      ldr     r9, [r2], #4
        ldr     r10, [r0]
        ldr     r12, [r5]
        add     r5, r5, r6
        lsl     r9, r9, r3
        decayed r9, r10, r4, r10, lr
        cmp     r9, r12
        bgt     3f
2:      str     r9, [r0], #4
        cmp     r0, r1
        bne     1b
        ldr     r0, [sp, #44]
        subs    r0, r7, r0
        asrs    r0, r0, #2
        pop     {r4-r10, pc}
3:      sub     r10, r0, r8
        asr     r10, r10, #2
        str     r10, [r7], #4
        ldrd    r10, lr, [sp, #48]
        and     r9, r9, r10
        and     r12, r12, lr
        ldr     r10, [sp, #56]
        sub     r9, r9, r12
        add     r9, r9, r10
        b       2b

@ ---- StepLoop(r0 loop) ---------------------------------------------------------------------------------------------------------
@ r0 membrane, r1 free, r2 drive and then the new membrane, r3 old membrane, r4 threshold, r5 shift, r6 flags, r7 the loop, r8 lower
@ limit, r9 decay, r10 thresholds, r11 biases, r12 inputs, lr end. What r5, r8 and lr hold stands in the loop as well.
@ Limits: what is from 2^28 up is above L, what is up to -2^28 is below -L. ssat to 29 bits gives L where the value is not negative.
        .include "features.inc"         @ Kernels are assembled for what a model asks for: Features.cs
        .equ    adapts, Features_AdaptiveNeurons != 0
        .equ    currents, Features_Currents != 0 || adapts
        .equ    own_decays, Features_OwnDecays != 0 || adapts
        .equ    counts, Features_Refractory != 0 || adapts
        .equ    next, Features_ResetNext != 0 || adapts
        .equ    now, Features_ResetNext != 1 || adapts
        .equ    equals, Features_OrEqual != 0 || adapts

        .equ    OLD_CURRENT, 1 << 0     @ NeuronLoop: flags
        .equ    OWN_DECAYS, 1 << 5
        .equ    EQUAL, 1 << 13
        .equ    SHIFT, 4                @ and where its fields stand
        .equ    LOWER_LIMIT, 12
        .equ    END, 32
        .equ    LIST, 36
        .equ    FIRST, 40
        .equ    SATURATIONS, 44
        .equ    RESET, 48
        .equ    INPUT_LIMIT, 56
        .equ    INPUT_BIAS, 60
        .equ    CURRENT, 68
        .equ    SYNAPTIC_DECAY, 72
        .equ    DECAYS, 76
        .equ    SYNAPTIC_DECAYS, 84
        .equ    ADAPTATION_DECAYS, 92
        .equ    COUNTER, 100
        .equ    COUNTER_START, 104
        .equ    OUTPUT, 108
        .equ    MOST_SPIKES, 112
        .equ    SPIKES, 116
        .equ    ADAPTATION_DECAY, 120
        .equ    OWN, 124
        .equ    ADAPTATION, 132
        .equ    THRESHOLD_LOWER_LIMIT, 136
        .equ    DRIVE, 140
        .equ    DRIVE_LIMIT, 144
        .equ    DRIVE_SHIFT, 148

        @ Two flags at once, r1 is lost: carry is the upper one, negative the one below it.
        .equ    STATE_EXTRA, 28         @ shifts by which they get there
        .equ    CURRENT_OWN_DECAYS, 26
        .equ    SUBTRACT_VALUE, 24
        .equ    NEXT_COUNTED, 22
        .equ    DRIVEN_ADAPTIVE, 20
        .equ    SEVERAL_EQUAL, 18
        .macro  flags   two
        lsls    r1, r6, #\two
        .endm

        @ A number of this neuron: NeuronConstants.
        .macro  constant to, at
        ldrd    \to, r1, [r7, #\at]
        and     r1, r1, r0
        ldr     \to, [\to, r1]
        .endm

        .macro  own_decay to, at
        ldrd    \to, r1, [r7, #\at]
        and     r1, r1, r0, lsr #1
        ldrh    \to, [\to, r1]
        lsl     \to, \to, #15
        .endm

        .macro  count_saturation
        ldr     r1, [r7, #SATURATIONS]
        adds    r1, r1, #1
        str     r1, [r7, #SATURATIONS]
        .endm

        @ Within +-L, counted where it was not. The second is for what passed the first, out of the way.
        .macro  within value, beyond
        cmp     \value, #0x10000000
        bge     \beyond
        cmp     \value, #0xF0000000
        ble     \beyond
        .endm

        .macro  limited value, back
        count_saturation
        ssat    \value, #29, \value
        cmp     \value, #0xF0000000
        it      eq
        addeq   \value, \value, #1
        b       \back
        .endm

        @ The same for \limit, which is lost.
        .macro  within_limit value, limit, beyond
        cmp     \value, \limit
        bgt     \beyond
        cmn     \value, \limit
        blt     \beyond
        .endm

        .macro  limited_to value, limit, back
        cmp     \value, #0
        ite     gt
        movgt   \value, \limit
        rsble   \value, \limit, #0
        count_saturation
        b       \back
        .endm

        kernel  kernels_step_loop
        push    {r4-r11, lr}
        mov     r7, r0
        ldm     r7, {r0, r5, r6, r8-r12, lr}
.Lnext: ldr     r2, [r12], #4
        flags   STATE_EXTRA
        bmi     .Lextra
        lsl     r2, r2, r5
.Lbias: ldr     r1, [r11]
        add     r11, r11, r6, lsr #29   @ 4 where bit 31 is set
        add     r2, r2, r1
        ldr     r3, [r0]
        ldr     r4, [r10]
        add     r10, r10, r5, lsr #29
        .if     next || counts
        bcs     .Lstate
        .endif
.Ldecay:decayed r2, r3, r9, r3, r1
        cmp     r2, r8
        blt     .Lbelow
        cmp     r2, #0x10000000
        bge     .Labove
.Lcompare:
        cmp     r2, r4
        bge     .Lspike
.Lstore:str     r2, [r0], #4
        cmp     r0, lr
        bne     .Lnext
        pop     {r4-r11, pc}

.Lbelow:cmp     r2, #0xF0000000
        mov     r2, r8
        bgt     .Lcompare
        count_saturation
        b       .Lcompare

.Labove:count_saturation
        mvn     r2, #0xF0000000
        b       .Lcompare

.Lspike:bne     1f                      @ above the threshold, or at it
        .if     equals
        flags   SEVERAL_EQUAL
        bpl     .Lstore
        .else
        b       .Lstore
        .endif
1:
        .if     counts
        flags   NEXT_COUNTED
        bpl     2f
        ldrd    r1, r3, [r7, #COUNTER]
        str     r3, [r0, r1]
2:
        .endif
        .if     Features_SeveralSpikes
        flags   SEVERAL_EQUAL
        bcs     .Lseveral
        .endif
        ldr     r3, [r7, #FIRST]
        ldr     r1, [r7, #LIST]
        subs    r3, r0, r3
        asrs    r3, r3, #2
        str     r3, [r1], #4
        str     r1, [r7, #LIST]
        .if     now
        .if     next
        flags   NEXT_COUNTED
        bcs     .Lstore
        .endif
        flags   SUBTRACT_VALUE
        it      cs
        subcs   r2, r2, r4
        ssat    r2, #29, r2             @ not negative then
        bpl     .Lstore
        constant r2, RESET
        .endif
        b       .Lstore

        .if     Features_SeveralSpikes
.Lseveral:
        ldr     r1, [r7, #MOST_SPIKES]
        mov     r3, #0
4:      adds    r3, r3, #1
        subs    r2, r2, r4
        cmp     r3, r1
        bge     5f
        cmp     r2, r4
        bgt     4b
        bne     5f
        tst     r6, #EQUAL
        bne     4b
5:      ssat    r2, #29, r2
        ldr     r1, [r7, #OUTPUT]
        str     r3, [r0, r1]
        ldr     r1, [r7, #SPIKES]
        add     r1, r1, r3
        str     r1, [r7, #SPIKES]
        b       .Lstore
        .endif

        @ What an input may need.
.Lextra:ldr     r1, [r7, #INPUT_LIMIT]
        within_limit r2, r1, 9f
1:      lsl     r2, r2, r5
        constant r3, INPUT_BIAS
        add     r2, r2, r3
        .if     own_decays || currents
        flags   CURRENT_OWN_DECAYS
        .endif
        .if     own_decays
        bpl     2f
        own_decay r9, DECAYS            @ leaves the carry
2:
        .endif
        .if     currents
        bcc     4f
        ldr     r1, [r7, #CURRENT]
        ldr     r3, [r0, r1]
        ldr     r4, [r7, #SYNAPTIC_DECAY]
        .if     own_decays
        tst     r6, #OWN_DECAYS
        beq     3f
        own_decay r4, SYNAPTIC_DECAYS
        .endif
3:      decayed r2, r3, r4, r1, r4
        within  r2, 8f
3:      ldr     r1, [r7, #CURRENT]
        str     r2, [r0, r1]
        tst     r6, #OLD_CURRENT
        it      ne
        movne   r2, r3
4:
        .endif
        flags   STATE_EXTRA
        b       .Lbias
        .if     currents
8:      limited r2, 3b
        .endif
9:      limited_to r2, r1, 1b

        @ What may keep a membrane from being updated, or change it before. r5, r8 and lr are free until they are loaded again.
        .if     next || counts
.Lstate:
        .if     adapts
        flags   DRIVEN_ADAPTIVE
        bmi     .Ladaptive
        .endif
        .if     counts
        flags   NEXT_COUNTED
        bmi     .Lcounted
        .endif
        cmp     r3, r4                  @ reset on the next tick: did it spike?
        blt     .Ldecay
        .if     equals
        bne     1f
        tst     r6, #EQUAL
        .endif
        beq     .Ldecay
1:      flags   SUBTRACT_VALUE
        it      cs
        subcs   r2, r2, r4
        bpl     .Ldecay
        constant r3, RESET
        b       .Ldecay
        .endif

        .if     counts
.Lcounted:
        ldr     r1, [r7, #COUNTER]
        ldr     r5, [r0, r1]
        cbz     r5, 3f
        subs    r5, r5, #1
        str     r5, [r0, r1]
        adds    r5, r5, #1
        ldr     r2, [r7, #COUNTER_START]
        flags   NEXT_COUNTED
        bcc     2f
        cmp     r5, r2
        bne     2f
        flags   SUBTRACT_VALUE
        it      cs
        subcs   r3, r3, r4
        ssat    r3, #29, r3             @ at its threshold or above: not negative
        bpl     2f
        constant r3, RESET
2:      mov     r2, r3
        ldr     r5, [r7, #SHIFT]
        b       .Lstore
3:      ldr     r5, [r7, #SHIFT]
        b       .Ldecay
        .endif

        .if     adapts
        @ r8 adaptation, r5 what is added to it.
.Ladaptive:
        ldr     r1, [r7, #ADAPTATION]
        ldr     r8, [r0, r1]
        flags   NEXT_COUNTED
        bcc     2f
        add     r5, r4, r8              @ the threshold of the tick before
        ldr     r1, [r7, #THRESHOLD_LOWER_LIMIT]
        cmp     r5, r1
        it      lt
        movlt   r5, r1
        ssat    r5, #29, r5
        cmp     r3, r5
        blt     3f
        bne     1f
        tst     r6, #EQUAL
        beq     3f
1:      flags   SUBTRACT_VALUE
        it      cs
        subcs   r2, r2, r5
        bpl     4f
        constant r3, RESET
        b       4f
2:      bpl     3f
        ldr     r1, [r7, #COUNTER]
        ldr     r5, [r0, r1]
        cbz     r5, 5f
        movs    r5, #0
        str     r5, [r0, r1]
4:      constant r5, OWN
        b       5f
3:      movs    r5, #0
5:      ldr     lr, [r7, #ADAPTATION_DECAY]
        tst     r6, #OWN_DECAYS
        beq     6f
        own_decay lr, ADAPTATION_DECAYS
6:      decayed r5, r8, lr, r8, lr
        flags   DRIVEN_ADAPTIVE
        bcc     7f
        ldr     r1, [r7, #DRIVE]
        ldr     r8, [r0, r1]
        ldr     r1, [r7, #DRIVE_LIMIT]
        within_limit r8, r1, 8f
6:      ldr     r1, [r7, #DRIVE_SHIFT]
        lsl     r8, r8, r1
        add     r5, r5, r8
7:      within  r5, 9f
1:      ldr     r1, [r7, #ADAPTATION]
        str     r5, [r0, r1]
        add     r4, r4, r5
        ldr     r1, [r7, #THRESHOLD_LOWER_LIMIT]
        cmp     r4, r1
        it      lt
        movlt   r4, r1
        cmp     r4, #0x10000000
        blt     2f
        count_saturation
        mvn     r4, #0xF0000000
2:      ldr     r5, [r7, #SHIFT]
        ldr     r8, [r7, #LOWER_LIMIT]
        ldr     lr, [r7, #END]
        b       .Ldecay
8:      limited_to r8, r1, 6b
9:      limited r5, 1b
        .endif
