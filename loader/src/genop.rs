//! The generic instruction set: one row for each opcode the compilers of OTP 25 to 29 know.
//!
//! A row holds the opcode number, our name and OTP's name, the role of every operand (their number is the
//! arity), the release that introduced the opcode, and the first release whose machine refuses it. The
//! operand reader takes the arity from here, `verify` the roles, the disassembler the names; nothing else
//! lists opcodes. Follows `genop.tab` of OTP's compiler application.

/// What one operand of a generic instruction means, and so what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Anything: only in opcodes that are refused.
    Any,
    /// The number of the label defined here.
    DefineLabel,
    /// A label that must exist.
    Label,
    /// A label that must exist, or none: failing then raises.
    Fail,
    /// The entry label of a function of this module.
    Function,
    /// An atom that is not nil.
    Atom,
    /// A number of arguments, at most 255.
    Arity,
    /// A number of live x registers, at most 1,024.
    Live,
    /// An unsigned number of 31 bits.
    Count,
    /// A number of stack slots, at most 1,024.
    Frame,
    /// A number of bits.
    Bits,
    /// A unit of 1 to 256 bits.
    Unit,
    /// Field flags of a binary segment.
    Flags,
    /// A heap need: words, or an allocation list.
    Heap,
    /// Any value: register, number, atom, nil or literal.
    Source,
    /// A size: any value or an unsigned number.
    Size,
    /// An x or y register that is read.
    Register,
    /// An x or y register that is written.
    Target,
    /// A y register.
    YRegister,
    /// A float register.
    FloatRegister,
    /// A float register or any value.
    FloatSource,
    /// A float register, or an x or y register.
    FloatTarget,
    /// An index into the imports.
    Import,
    /// An index into the funs.
    Fun,
    /// An index into the line table.
    Line,
    /// An offset into the strings; the operand before it is the length.
    StringOffset,
    /// `no_fail`, `resume`, or a label.
    StartMatch,
    /// The index of a fun, `safe` or `unsafe`.
    FunTag,
    /// `copy`, `reuse` or `inplace`.
    UpdateHint,
    /// `entry` or `line`.
    DebugKind,
    /// Which native record: the name of one defined here, `_` for any, or a literal `{Module, Name}`.
    RecordId,
    /// A list of values.
    Sources,
    /// A list of y registers.
    YRegisters,
    /// Pairs of a constant and a label.
    SelectValues,
    /// Pairs of a tuple size and a label.
    SelectArities,
    /// Pairs of a key and a value.
    MapPairs,
    /// Keys.
    MapKeys,
    /// Pairs of a key and the register for its value.
    MapTargets,
    /// Six operands a segment: type, number, unit, flags, source, size.
    BinarySegments,
    /// Commands of differing length, each starting with its name.
    MatchCommands,
    /// Pairs of an element's position and its value.
    Updates,
    /// Pairs of a field name and the register for its value.
    RecordTargets,
    /// Pairs of a field name and its value.
    RecordValues,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The opcode.
    pub op: Op,
    /// The name the compiler gives it.
    pub name: &'static str,
    /// What its operands are.
    pub roles: &'static [Role],
    /// The first release that has it, as OTP writes it (`R12B-5`, `24`).
    pub since: &'static str,
    /// The first release whose machine refuses it; empty if none does.
    pub gone_since: &'static str,
}

macro_rules! genops {
    ($($number:literal $op:ident $name:literal [$($role:ident)*] $since:literal $gone:literal;)*) => {
        /// A generic instruction; the value is the opcode number in the file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Op {
            $(#[doc = concat!("`", $name, "`, since OTP ", $since, ".")] $op = $number,)*
        }

        /// Every generic instruction, at index `opcode - 1`.
        pub static TABLE: &[Row] = &[
            $(Row {
                op: Op::$op,
                name: $name,
                roles: &[$(Role::$role),*],
                since: $since,
                gone_since: $gone,
            },)*
        ];
    };
}

#[rustfmt::skip]
genops! {
    1 Label "label" [DefineLabel] "R5" "";
    2 FuncInfo "func_info" [Atom Atom Arity] "R5" "";
    3 IntCodeEnd "int_code_end" [] "R5" "";
    4 Call "call" [Arity Function] "R5" "";
    5 CallLast "call_last" [Arity Function Frame] "R5" "";
    6 CallOnly "call_only" [Arity Function] "R5" "";
    7 CallExt "call_ext" [Arity Import] "R5" "";
    8 CallExtLast "call_ext_last" [Arity Import Frame] "R5" "";
    9 Bif0 "bif0" [Import Target] "R5" "";
    10 Bif1 "bif1" [Fail Import Source Target] "R5" "";
    11 Bif2 "bif2" [Fail Import Source Source Target] "R5" "";
    12 Allocate "allocate" [Frame Live] "R5" "";
    13 AllocateHeap "allocate_heap" [Frame Heap Live] "R5" "";
    14 AllocateZero "allocate_zero" [Frame Live] "R5" "27";
    15 AllocateHeapZero "allocate_heap_zero" [Frame Heap Live] "R5" "27";
    16 TestHeap "test_heap" [Heap Live] "R5" "";
    17 Init "init" [YRegister] "R5" "27";
    18 Deallocate "deallocate" [Frame] "R5" "";
    19 Return "return" [] "R5" "";
    20 Send "send" [] "R5" "";
    21 RemoveMessage "remove_message" [] "R5" "";
    22 Timeout "timeout" [] "R5" "";
    23 LoopRec "loop_rec" [Label Target] "R5" "";
    24 LoopRecEnd "loop_rec_end" [Label] "R5" "";
    25 Wait "wait" [Label] "R5" "";
    26 WaitTimeout "wait_timeout" [Label Source] "R5" "";
    27 MPlus "m_plus" [Any Any Any Any] "R5" "25";
    28 MMinus "m_minus" [Any Any Any Any] "R5" "25";
    29 MTimes "m_times" [Any Any Any Any] "R5" "25";
    30 MDiv "m_div" [Any Any Any Any] "R5" "25";
    31 IntDiv "int_div" [Any Any Any Any] "R5" "25";
    32 IntRem "int_rem" [Any Any Any Any] "R5" "25";
    33 IntBand "int_band" [Any Any Any Any] "R5" "25";
    34 IntBor "int_bor" [Any Any Any Any] "R5" "25";
    35 IntBxor "int_bxor" [Any Any Any Any] "R5" "25";
    36 IntBsl "int_bsl" [Any Any Any Any] "R5" "25";
    37 IntBsr "int_bsr" [Any Any Any Any] "R5" "25";
    38 IntBnot "int_bnot" [Any Any Any] "R5" "25";
    39 IsLt "is_lt" [Label Source Source] "R5" "";
    40 IsGe "is_ge" [Label Source Source] "R5" "";
    41 IsEq "is_eq" [Label Source Source] "R5" "";
    42 IsNe "is_ne" [Label Source Source] "R5" "";
    43 IsEqExact "is_eq_exact" [Label Source Source] "R5" "";
    44 IsNeExact "is_ne_exact" [Label Source Source] "R5" "";
    45 IsInteger "is_integer" [Label Source] "R5" "";
    46 IsFloat "is_float" [Label Source] "R5" "";
    47 IsNumber "is_number" [Label Source] "R5" "";
    48 IsAtom "is_atom" [Label Source] "R5" "";
    49 IsPid "is_pid" [Label Source] "R5" "";
    50 IsReference "is_reference" [Label Source] "R5" "";
    51 IsPort "is_port" [Label Source] "R5" "";
    52 IsNil "is_nil" [Label Source] "R5" "";
    53 IsBinary "is_binary" [Label Source] "R5" "";
    54 IsConstant "is_constant" [Any Any] "R5" "25";
    55 IsList "is_list" [Label Source] "R5" "";
    56 IsNonemptyList "is_nonempty_list" [Label Source] "R5" "";
    57 IsTuple "is_tuple" [Label Source] "R5" "";
    58 TestArity "test_arity" [Label Source Count] "R5" "";
    59 SelectVal "select_val" [Source Label SelectValues] "R5" "";
    60 SelectTupleArity "select_tuple_arity" [Source Label SelectArities] "R5" "";
    61 Jump "jump" [Label] "R5" "";
    62 Catch "catch" [YRegister Label] "R5" "";
    63 CatchEnd "catch_end" [YRegister] "R5" "";
    64 Move "move" [Source Target] "R5" "";
    65 GetList "get_list" [Register Target Target] "R5" "";
    66 GetTupleElement "get_tuple_element" [Register Count Target] "R5" "";
    67 SetTupleElement "set_tuple_element" [Source Register Count] "R5" "";
    68 PutString "put_string" [Any Any Any] "R5" "25";
    69 PutList "put_list" [Source Source Target] "R5" "";
    70 PutTuple "put_tuple" [Any Any] "R5" "25";
    71 Put "put" [Any] "R5" "25";
    72 Badmatch "badmatch" [Source] "R5" "";
    73 IfEnd "if_end" [] "R5" "";
    74 CaseEnd "case_end" [Source] "R5" "";
    75 CallFun "call_fun" [Arity] "R5" "";
    76 MakeFun "make_fun" [Any Any Any] "R5" "25";
    77 IsFunction "is_function" [Label Source] "R5" "";
    78 CallExtOnly "call_ext_only" [Arity Import] "R5" "";
    79 BsStartMatch "bs_start_match" [Any Any] "R7A" "25";
    80 BsGetInteger "bs_get_integer" [Any Any Any Any Any] "R7A" "25";
    81 BsGetFloat "bs_get_float" [Any Any Any Any Any] "R7A" "25";
    82 BsGetBinary "bs_get_binary" [Any Any Any Any Any] "R7A" "25";
    83 BsSkipBits "bs_skip_bits" [Any Any Any Any] "R7A" "25";
    84 BsTestTail "bs_test_tail" [Any Any] "R7A" "25";
    85 BsSave "bs_save" [Any] "R7A" "25";
    86 BsRestore "bs_restore" [Any] "R7A" "25";
    87 BsInit "bs_init" [Any Any] "R7A" "25";
    88 BsFinal "bs_final" [Any Any] "R7A" "25";
    89 BsPutInteger "bs_put_integer" [Fail Source Unit Flags Source] "R7A" "29";
    90 BsPutBinary "bs_put_binary" [Fail Source Unit Flags Source] "R7A" "29";
    91 BsPutFloat "bs_put_float" [Fail Source Unit Flags Source] "R7A" "29";
    92 BsPutString "bs_put_string" [Count StringOffset] "R7A" "29";
    93 BsNeedBuf "bs_need_buf" [Any] "R7B" "25";
    94 Fclearerror "fclearerror" [] "R8" "27";
    95 Fcheckerror "fcheckerror" [Fail] "R8" "27";
    96 Fmove "fmove" [FloatSource FloatTarget] "R8" "";
    97 Fconv "fconv" [Source FloatRegister] "R8" "";
    98 Fadd "fadd" [Fail FloatRegister FloatRegister FloatRegister] "R8" "";
    99 Fsub "fsub" [Fail FloatRegister FloatRegister FloatRegister] "R8" "";
    100 Fmul "fmul" [Fail FloatRegister FloatRegister FloatRegister] "R8" "";
    101 Fdiv "fdiv" [Fail FloatRegister FloatRegister FloatRegister] "R8" "";
    102 Fnegate "fnegate" [Fail FloatRegister FloatRegister] "R8" "";
    103 MakeFun2 "make_fun2" [Fun] "R8" "27";
    104 Try "try" [YRegister Label] "R10B" "";
    105 TryEnd "try_end" [YRegister] "R10B" "";
    106 TryCase "try_case" [YRegister] "R10B" "";
    107 TryCaseEnd "try_case_end" [Source] "R10B" "";
    108 Raise "raise" [Source Source] "R10B" "";
    109 BsInit2 "bs_init2" [Fail Size Heap Live Flags Target] "R10B" "29";
    110 BsBitsToBytes "bs_bits_to_bytes" [Any Any Any] "R10B" "25";
    111 BsAdd "bs_add" [Fail Source Source Unit Target] "R10B" "29";
    112 Apply "apply" [Arity] "R10B" "";
    113 ApplyLast "apply_last" [Arity Frame] "R10B" "";
    114 IsBoolean "is_boolean" [Label Source] "R10B" "";
    115 IsFunction2 "is_function2" [Label Source Source] "R10B-6" "";
    116 BsStartMatch2 "bs_start_match2" [Any Any Any Any Any] "R11B" "25";
    117 BsGetInteger2 "bs_get_integer2" [Label Register Live Source Unit Flags Target] "R11B" "";
    118 BsGetFloat2 "bs_get_float2" [Label Register Live Source Unit Flags Target] "R11B" "";
    119 BsGetBinary2 "bs_get_binary2" [Label Register Live Source Unit Flags Target] "R11B" "";
    120 BsSkipBits2 "bs_skip_bits2" [Label Register Source Unit Flags] "R11B" "";
    121 BsTestTail2 "bs_test_tail2" [Label Register Bits] "R11B" "";
    122 BsSave2 "bs_save2" [Any Any] "R11B" "25";
    123 BsRestore2 "bs_restore2" [Any Any] "R11B" "25";
    124 GcBif1 "gc_bif1" [Fail Live Import Source Target] "R11B" "";
    125 GcBif2 "gc_bif2" [Fail Live Import Source Source Target] "R11B" "";
    126 BsFinal2 "bs_final2" [Any Any] "R11B" "25";
    127 BsBitsToBytes2 "bs_bits_to_bytes2" [Any Any] "R11B" "25";
    128 PutLiteral "put_literal" [Any Any] "R11B-4" "25";
    129 IsBitstr "is_bitstr" [Label Source] "R11B-5" "";
    130 BsContextToBinary "bs_context_to_binary" [Any] "R12B" "25";
    131 BsTestUnit "bs_test_unit" [Label Register Unit] "R12B" "29";
    132 BsMatchString "bs_match_string" [Label Register Count StringOffset] "R12B" "";
    133 BsInitWritable "bs_init_writable" [] "R12B" "";
    134 BsAppend "bs_append" [Fail Source Heap Live Unit Source Flags Target] "R12B" "29";
    135 BsPrivateAppend "bs_private_append" [Fail Source Unit Source Flags Target] "R12B" "29";
    136 Trim "trim" [Frame Frame] "R12B" "";
    137 BsInitBits "bs_init_bits" [Fail Size Heap Live Flags Target] "R12B" "29";
    138 BsGetUtf8 "bs_get_utf8" [Label Register Live Flags Target] "R12B-5" "";
    139 BsSkipUtf8 "bs_skip_utf8" [Label Register Live Flags] "R12B-5" "";
    140 BsGetUtf16 "bs_get_utf16" [Label Register Live Flags Target] "R12B-5" "";
    141 BsSkipUtf16 "bs_skip_utf16" [Label Register Live Flags] "R12B-5" "";
    142 BsGetUtf32 "bs_get_utf32" [Label Register Live Flags Target] "R12B-5" "";
    143 BsSkipUtf32 "bs_skip_utf32" [Label Register Live Flags] "R12B-5" "";
    144 BsUtf8Size "bs_utf8_size" [Fail Source Target] "R12B-5" "29";
    145 BsPutUtf8 "bs_put_utf8" [Fail Flags Source] "R12B-5" "29";
    146 BsUtf16Size "bs_utf16_size" [Fail Source Target] "R12B-5" "29";
    147 BsPutUtf16 "bs_put_utf16" [Fail Flags Source] "R12B-5" "29";
    148 BsPutUtf32 "bs_put_utf32" [Fail Flags Source] "R12B-5" "29";
    149 OnLoad "on_load" [] "R13B03" "";
    150 RecvMark "recv_mark" [Label] "R14A" "27";
    151 RecvSet "recv_set" [Label] "R14A" "27";
    152 GcBif3 "gc_bif3" [Fail Live Import Source Source Source Target] "R14A" "";
    153 Line "line" [Line] "R15A" "";
    154 PutMapAssoc "put_map_assoc" [Fail Source Target Live MapPairs] "17" "";
    155 PutMapExact "put_map_exact" [Fail Source Target Live MapPairs] "17" "";
    156 IsMap "is_map" [Label Source] "17" "";
    157 HasMapFields "has_map_fields" [Label Source MapKeys] "17" "";
    158 GetMapElements "get_map_elements" [Label Source MapTargets] "17" "";
    159 IsTaggedTuple "is_tagged_tuple" [Label Source Count Atom] "20" "";
    160 BuildStacktrace "build_stacktrace" [] "21" "";
    161 RawRaise "raw_raise" [] "21" "";
    162 GetHd "get_hd" [Register Target] "21" "";
    163 GetTl "get_tl" [Register Target] "21" "";
    164 PutTuple2 "put_tuple2" [Target Sources] "22" "";
    165 BsGetTail "bs_get_tail" [Register Target Live] "22" "";
    166 BsStartMatch3 "bs_start_match3" [Label Source Live Target] "22" "";
    167 BsGetPosition "bs_get_position" [Register Target Live] "22" "";
    168 BsSetPosition "bs_set_position" [Register Register] "22" "";
    169 Swap "swap" [Register Register] "23" "";
    170 BsStartMatch4 "bs_start_match4" [StartMatch Live Source Target] "23" "";
    171 MakeFun3 "make_fun3" [Fun Target Sources] "24" "";
    172 InitYregs "init_yregs" [YRegisters] "24" "";
    173 RecvMarkerBind "recv_marker_bind" [Register Register] "24" "";
    174 RecvMarkerClear "recv_marker_clear" [Register] "24" "";
    175 RecvMarkerReserve "recv_marker_reserve" [Target] "24" "";
    176 RecvMarkerUse "recv_marker_use" [Register] "24" "";
    177 BsCreateBin "bs_create_bin" [Fail Heap Live Unit Target BinarySegments] "25" "";
    178 CallFun2 "call_fun2" [FunTag Arity Source] "25" "";
    179 NifStart "nif_start" [] "25" "";
    180 Badrecord "badrecord" [Source] "25" "";
    181 UpdateRecord "update_record" [UpdateHint Count Source Target Updates] "26" "";
    182 BsMatch "bs_match" [Label Register MatchCommands] "26" "";
    183 ExecutableLine "executable_line" [Line Count] "27" "";
    184 DebugLine "debug_line" [DebugKind Line Count Live] "28" "";
    185 Bif3 "bif3" [Fail Import Source Source Source Target] "29" "";
    186 IsAnyNativeRecord "is_any_native_record" [Label Source] "29" "";
    187 IsNativeRecord "is_native_record" [Label Source Atom Atom] "29" "";
    188 GetRecordElements "get_record_elements" [Label Source RecordTargets] "29" "";
    189 PutRecord "put_record" [Fail RecordId Source Target Live RecordValues] "29" "";
    190 IsRecordAccessible "is_record_accessible" [Label Source Atom] "29" "";
    191 GetRecordField "get_record_field" [Fail Source RecordId Atom Target] "29" "";
}

impl Op {
    /// The instruction with this opcode number.
    pub fn from_number(number: u8) -> Option<Op> {
        TABLE
            .get(usize::from(number).checked_sub(1)?)
            .map(|row| row.op)
    }

    /// The opcode number in the file.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The row that describes this instruction.
    pub fn row(self) -> &'static Row {
        &TABLE[usize::from(self as u8) - 1]
    }

    /// The name the compiler gives it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// How many operands follow the opcode.
    pub fn arity(self) -> usize {
        self.row().roles.len()
    }

    /// The first release that has it.
    pub fn since(self) -> &'static str {
        self.row().since
    }

    /// Whether the machine of every release we follow (25 and later) refuses it.
    pub fn is_refused(self) -> bool {
        self.row().gone_since == "25"
    }
}

/// The number of a release as it is written in the table: 12 for `R12B-5`, 24 for `24`.
pub fn major_release(release: &str) -> Option<u8> {
    let digits = release.trim_start_matches('R');
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_at_their_opcode_number() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(usize::from(row.op.number()), index + 1, "{}", row.name);
            assert_eq!(Op::from_number(row.op.number()), Some(row.op));
        }
        assert_eq!(TABLE.len(), 191);
        assert_eq!(Op::from_number(0), None);
        assert_eq!(Op::from_number(192), None);
    }

    #[test]
    fn only_refused_opcodes_have_operands_of_any_kind() {
        for row in TABLE {
            if row.roles.contains(&Role::Any) {
                assert!(row.op.is_refused(), "{}", row.name);
            }
        }
    }

    #[test]
    fn releases_are_numbers() {
        for row in TABLE {
            assert!(major_release(row.since).is_some(), "{}", row.name);
            assert!(
                row.gone_since.is_empty()
                    || major_release(row.gone_since) > major_release(row.since)
            );
        }
        assert_eq!(major_release("R12B-5"), Some(12));
        assert_eq!(major_release("25"), Some(25));
        assert_eq!(major_release(""), None);
    }
}
