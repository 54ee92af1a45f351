//go:build amd64 && !purego

#include "textflag.h"

// func probeLines(base unsafe.Pointer, entries, addr *uint64, n int, open *int32, free *uint64) int
//
// Each half of a line is loaded once. A slot is written once, from zero to an entry, so it
// does not matter in which order the slots are read.
TEXT ·probeLines(SB), NOSPLIT, $0-56
	MOVQ  base+0(FP), R14
	MOVQ  entries+8(FP), SI
	MOVQ  addr+16(FP), R9
	MOVQ  n+24(FP), R10
	MOVQ  open+32(FP), R11
	MOVQ  free+40(FP), R12
	XORL  DX, DX             // the number of an entry
	XORL  AX, AX             // how many are open
	MOVQ  $-1, R15           // full
	VPXOR Y0, Y0, Y0

loop:
	MOVQ         (R9)(DX*8), DI
	VPBROADCASTQ (SI)(DX*8), Y1
	VMOVDQU      (DI), Y2
	VMOVDQU      32(DI), Y3

	// The first slot that is empty.
	VPCMPEQQ  Y2, Y0, Y4
	VPCMPEQQ  Y3, Y0, Y5
	VMOVMSKPD Y4, BX
	VMOVMSKPD Y5, R13
	SHLL      $4, R13
	ORL       R13, BX
	ORL       $0x100, BX
	BSFL      BX, R13        // 8: there is none

	// The next line is needed if this one is full: then its address is that of the eighth slot.
	PREFETCHT0 (DI)(R13*8)
	LEAQ       (DI)(R13*8), DI
	SUBQ       R14, DI
	CMPL       R13, $8
	CMOVQEQ    R15, DI
	MOVL       DX, (R11)(AX*4)
	MOVQ       DI, (R12)(AX*8)

	// It is open if it is in no slot, or is zero, and looks like an empty one.
	VPCMPEQQ Y2, Y1, Y2
	VPCMPEQQ Y3, Y1, Y3
	VPOR     Y2, Y3, Y2
	XORL     BX, BX
	VPTEST   Y2, Y2
	SETEQ    BX
	XORL     CX, CX
	CMPQ     (SI)(DX*8), $0
	SETEQ    CX
	ORL      CX, BX
	ADDQ     BX, AX

	INCQ DX
	CMPQ DX, R10
	JLT  loop

	VZEROUPPER
	MOVQ AX, ret+48(FP)
	RET
