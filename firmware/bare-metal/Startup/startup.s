@ Start-up, faults, and the helpers that compiled code calls with register conventions of its own (ilc 10.0.14).
@
@ Contract: reset -> clear RAM -> guards -> object_model_start -> application_start, which does not return. Every fault, failed
@ check and unexpected interrupt ends in a panic: a record in memory that a reset keeps, then the reset. Registers of the core are
@ named as in the Armv7-M and Armv8-M Architecture Reference Manuals (DDI 0403, DDI 0553).
@
@ The floating-point unit stays off: images hold no instruction for it, and one that slipped in would fault at once.
        .syntax unified
        .thumb
        .include "board.inc"            @ generated from boards/<name>.json

        .equ    SCB_VTOR,   0xE000ED08  @ vector table offset
        .equ    SCB_AIRCR,  0xE000ED0C  @ application interrupt and reset control
        .equ    SCB_CFSR,   0xE000ED28  @ configurable fault status
        .equ    SCB_MMFAR,  0xE000ED34  @ address of a memory management fault
        .equ    SCB_BFAR,   0xE000ED38  @ address of a bus fault
        .equ    MPU_TYPE,   0xE000ED90  @ MPU: type, then control, region number, base, and attributes (v7) or limit (v8)
        .equ    RESET_REQUEST, 0x05FA0004 @ AIRCR: key, SYSRESETREQ
        .equ    STACKING_FAILED, 0x00101010 @ CFSR: STKOF, STKERR, MSTKERR

        .equ    PANIC_MAGIC, 0x4B534745
        .equ    CODE_FAULT, 32          @ Internal.Runtime.PanicCode
        .equ    CODE_INTERRUPT, 33
        .equ    CODE_WATCHDOG, 34
        .equ    STACK_PAINT, 0xE5E5E5E5

        .macro  function name
        .section .text.\name, "ax", %progbits
        .thumb_func
        .global \name
        .type   \name, %function
\name:
        .endm

@ ---- vectors -------------------------------------------------------------------------------------------------------------
        .macro  handler name
        .weak   \name
        .thumb_set \name, unexpected_interrupt
        .word   \name
        .endm

        .macro  external_handlers from, count
        .if     \count
        handler Interrupt\from
        external_handlers %(\from + 1), %(\count - 1)
        .endif
        .endm

        .section .vectors, "a", %progbits
        .word   stack_top
        .word   Reset_Handler
        .word   watchdog                @ NMI: what boards with an early warning of their watchdog raise
        .word   fault                   @ HardFault: the configurable faults are left to escalate to it
        .word   fault                   @ MemManage
        .word   fault                   @ BusFault
        .word   fault                   @ UsageFault
        .word   fault                   @ SecureFault (v8)
        .word   0, 0, 0
        handler SVCall_Handler
        handler DebugMonitor_Handler
        .word   0
        handler PendSV_Handler
        .word   SysTick_Handler
        .altmacro
        board_interrupts                @ one weak name each: Interrupt0 ...; a C# method exports the name to take it
        .noaltmacro

@ ---- reset ---------------------------------------------------------------------------------------------------------------
        function Reset_Handler
        cpsid   i
        ldr     r0, =SCB_VTOR
        ldr     r1, =vectors_start
        str     r1, [r0]
        ldr     r0, =stack_bottom       @ paint the stack: its high-water mark is the lowest word that lost the paint
        mov     r1, sp
        ldr     r2, =STACK_PAINT
1:      cmp     r0, r1
        bhs     2f
        str     r2, [r0], #4
        b       1b
2:      ldr     r0, =bss_start          @ statics, heap
        ldr     r1, =heap_end
        movs    r2, #0
3:      cmp     r0, r1
        bhs     4f
        str     r2, [r0], #4
        b       3b
4:      ldr     r0, =panic_record       @ after power-up the record is noise: start it; otherwise count the restart
        ldr     r1, =PANIC_MAGIC
        ldr     r2, [r0]
        cmp     r2, r1
        beq     5f
        movs    r2, #0
        str     r1, [r0]
        str     r2, [r0, #4]
        str     r2, [r0, #12]
        mvn     r2, r2
        str     r2, [r0, #24]
5:      ldr     r2, [r0, #24]
        adds    r2, #1
        str     r2, [r0, #24]
        movs    r2, #0
        str     r2, [r0, #28]           @ systick_count
        bl      guards
        cpsie   i
        ldr     r0, =heap_start
        ldr     r1, =heap_end
        bl      object_model_start
        bl      application_start
        movs    r0, #CODE_FAULT
        b       panic

@ Memory protection: address 0 (a null reference) and the words below the stack. Without an MPU the guards are absent.
        function guards
        ldr     r0, =MPU_TYPE
        ldr     r1, [r0]
        lsrs    r1, r1, #8              @ DREGION; 0: no MPU
        beq     1f
        .if     BOARD_ARMV8
        @ Privileged code can't be denied a region of its own, but an address in two regions always faults.
        ldr     r2, =stack_limit
        msr     msplim, r2
        movs    r1, #0
        movs    r2, #3                  @ RBAR: base 0, execute never, read and write
        movw    r3, #((BOARD_NULL_GUARD - 32) | 1) @ RLAR: limit, enabled
        str     r1, [r0, #8]            @ RNR
        str     r2, [r0, #12]
        str     r3, [r0, #16]
        movs    r1, #1
        str     r1, [r0, #8]
        str     r2, [r0, #12]
        str     r3, [r0, #16]
        .else
        movs    r1, #0
        movs    r2, #((BOARD_NULL_GUARD_BITS - 1) << 1 | 1) @ RASR: 2^bits bytes, no access, enabled
        str     r1, [r0, #8]            @ RNR
        str     r1, [r0, #12]           @ RBAR
        str     r2, [r0, #16]
        movs    r1, #1
        ldr     r2, =stack_guard
        movs    r3, #(4 << 1 | 1)       @ 32 bytes
        str     r1, [r0, #8]
        str     r2, [r0, #12]
        str     r3, [r0, #16]
        .endif
        movs    r1, #5                  @ CTRL: on, the rest of memory as without it
        str     r1, [r0, #4]
        dsb
        isb
1:      bx      lr

@ ---- the end -------------------------------------------------------------------------------------------------------------
        function unexpected_interrupt
        mrs     r1, ipsr                @ the "address" of the record is the exception number
        movs    r0, #CODE_INTERRUPT
        movs    r2, #0
        mov     r3, r2
        b       record

        function watchdog
        ldr     r1, [sp, #24]           @ where the program was
        movs    r0, #CODE_WATCHDOG
        movs    r2, #0
        mov     r3, r2
        b       record

        function fault
        ldr     r0, =SCB_CFSR
        ldr     r2, [r0]
        movs    r1, #0
        ldr     r0, =STACKING_FAILED
        tst     r2, r0
        it      eq
        ldreq   r1, [sp, #24]           @ the program counter that the exception pushed
        movs    r3, #0
        tst     r2, #0x80               @ MMARVALID
        itt     ne
        ldrne   r3, =SCB_MMFAR
        ldrne   r3, [r3]
        tst     r2, #0x8000             @ BFARVALID
        itt     ne
        ldrne   r3, =SCB_BFAR
        ldrne   r3, [r3]
        tst     r2, #0x10000            @ UNDEFINSTR: a failed check is udf with the code of its panic
        beq     1f
        ldrh    r0, [r1]
        sub     r0, r0, #0xDE00
        cmp     r0, #4
        itt     ls
        movls   r2, #0
        bls     record
1:      movs    r0, #CODE_FAULT
        b       record

        function panic_index
        movs    r0, #2
        b       panic
        function panic_division
        movs    r0, #1
        b       panic
        function panic_overflow
        movs    r0, #3
        b       panic
        function panic_null
        movs    r0, #4
        b       panic
        function panic_unsupported
        movs    r0, #5
        b       panic
        function RhpThrowEx
        movs    r0, #9
        b       panic

@ r0: code; lr: where it happened.
        function panic
        bic     r1, lr, #1
        movs    r2, #0
        mov     r3, r2
        b       record

@ r0: code, r1: address, r2: fault status, r3: fault address. Uses no stack: it may be the stack that failed.
        function record
        cpsid   i
        ldr     r4, =panic_record
        str     r0, [r4, #4]
        str     r1, [r4, #8]
        str     r2, [r4, #16]
        str     r3, [r4, #20]
        dsb
        b       restart

        function restart
        ldr     r0, =SCB_AIRCR
        ldr     r1, =RESET_REQUEST
        dsb
        str     r1, [r0]
        b       .

@ ---- time ------------------------------------------------------------------------------------------------------------------
@ SysTick has counted down; the driver that starts it adds the wraps to what it reads.
        function SysTick_Handler
        ldr     r0, =systick_count
        ldr     r1, [r0]
        adds    r1, #1
        str     r1, [r0]
        bx      lr
        function systick_wraps
        ldr     r0, =systick_count
        ldr     r0, [r0]
        bx      lr

@ ---- addresses for C#, which can't name data of the link -------------------------------------------------------------------
        function panic_record_address
        ldr     r0, =panic_record
        bx      lr
        function stack_bottom_address
        ldr     r0, =stack_bottom
        bx      lr
        function stack_top_address
        ldr     r0, =stack_top
        bx      lr
        function heap_start_address
        ldr     r0, =heap_start
        bx      lr
        function linked_model
        ldr     r0, =model_object
        bx      lr

@ ---- helpers of compiled code ----------------------------------------------------------------------------------------------
@ Write barriers, without a collector: plain stores. r0 = destination, r1 = value.
        function RhpCheckedAssignRef
        str     r1, [r0]
        bx      lr
        function RhpAssignRef
        str     r1, [r0]
        bx      lr
@ r0 = destination, r1 = source; both advance by one word.
        function RhpByRefAssignRef
        ldr     r2, [r1], #4
        str     r2, [r0], #4
        bx      lr

        function arm_signed_divide
        sdiv    r0, r0, r1
        bx      lr
        function arm_unsigned_divide
        udiv    r0, r0, r1
        bx      lr

@ r1:r0 by r3:r2.
        function RhpLMul
        mul     r1, r1, r2
        mla     r1, r0, r3, r1
        umull   r0, r3, r0, r2
        add     r1, r1, r3
        bx      lr

@ r1:r0 by r2 & 63. A register shift by 32 to 255 gives zeros (or the sign), so no case needs a branch.
        function RhpLLsh
        and     r2, r2, #63
        lsl     r1, r1, r2
        rsb     r3, r2, #32
        lsr     r12, r0, r3
        orr     r1, r1, r12
        subs    r3, r2, #32
        it      pl
        lslpl   r1, r0, r3
        lsl     r0, r0, r2
        bx      lr
        function RhpLRsz
        and     r2, r2, #63
        lsr     r0, r0, r2
        rsb     r3, r2, #32
        lsl     r12, r1, r3
        orr     r0, r0, r12
        subs    r3, r2, #32
        it      pl
        lsrpl   r0, r1, r3
        lsr     r1, r1, r2
        bx      lr
        function RhpLRsh
        and     r2, r2, #63
        lsr     r0, r0, r2
        rsb     r3, r2, #32
        lsl     r12, r1, r3
        orr     r0, r0, r12
        subs    r3, r2, #32
        it      pl
        asrpl   r0, r1, r3
        asr     r1, r1, r2
        bx      lr

@ Entered and left by methods that others may call from outside managed code: there is no other side here.
        function RhpReversePInvoke
        bx      lr
        function RhpReversePInvokeReturn
        bx      lr

@ Named by unwind tables, which the link discards.
        function __aeabi_unwind_cpp_pr0
        bx      lr
        .global __aeabi_unwind_cpp_pr1
        .thumb_set __aeabi_unwind_cpp_pr1, __aeabi_unwind_cpp_pr0
        .global __aeabi_unwind_cpp_pr2
        .thumb_set __aeabi_unwind_cpp_pr2, __aeabi_unwind_cpp_pr0

@ ---- memory that a reset keeps ---------------------------------------------------------------------------------------------
@ magic, code (0: none), address, tick, fault status, fault address, restarts since power-up or contact
        .section .noinit, "aw", %nobits
        .balign 4
        .global panic_record
panic_record:
        .space  28
systick_count:                          @ not kept: cleared at reset, and here only because it needs no padding here
        .space  4

        .section .note.GNU-stack, "", %progbits
