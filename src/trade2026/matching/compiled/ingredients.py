"""How a function of compiled code is compiled that only other compiled code calls.

What a way in calls, and all that these call, is put into the module of the way in first, and optimized there
as a whole, once. numba by itself makes of every function machine code that nobody runs, with all that it
calls: a kernel of two hundred functions takes half as long again, and what a process compiled runs a
fifth slower in it than what came from the disk, as each of its functions begins a page of its own.
"""

from typing import Any, ClassVar, Final

from llvmlite import binding as llvm  # dst-ok: compiles integer arithmetic
from numba.core.codegen import JITCodeLibrary  # dst-ok: compiles integer arithmetic
from numba.core.compiler import CompilerBase, DefaultPassBuilder  # dst-ok: compiles integer arithmetic
from numba.core.compiler_machinery import FunctionPass, register_pass  # dst-ok: compiles integer arithmetic
from numba.core.typed_passes import NopythonTypeInference  # dst-ok: compiles integer arithmetic

_ENVIRONMENT: Final = "_ZN08NumbaEnv"


class _Ingredient(JITCodeLibrary):
    """Linked into what calls it, and no machine code by itself."""

    attributes: ClassVar[tuple[str, ...]] = ()

    def add_llvm_module(self, ll_module: Any) -> None:
        """Its own code, before any other is linked to it; say what is special about it."""
        for function in ll_module.functions:
            if not function.is_declaration:
                for attribute in self.attributes:
                    function.add_function_attribute(attribute)
        super().add_llvm_module(ll_module)

    def _optimize_final_module(self) -> None:
        """Whatever it is linked into is optimized as a whole."""

    def _finalize_final_module(self) -> None:
        """Make nothing known but the variable into which numba writes an address that nothing here reads."""
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        known = llvm.parse_assembly(str(self._codegen._create_empty_module(self.name)))
        for variable in self._final_module.global_variables:
            if variable.name.startswith(_ENVIRONMENT):
                known.link_in(llvm.parse_assembly(f'@"{variable.name}" = common global ptr null'))
        self._codegen._add_module(known)
        self._finalize_specific()
        self._finalized = True


class _Whole(JITCodeLibrary):
    """A way in with its ingredients, which nobody else calls: the compiler may change how they are called.

    It is kept on disk, as machine code.
    """

    def __init__(self, codegen: Any, name: str) -> None:
        super().__init__(codegen, name)
        self.enable_object_caching()

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage is llvm.Linkage.linkonce_odr:
                function.linkage = llvm.Linkage.internal
        super()._optimize_final_module()


class _Rare(_Ingredient):
    """Seldom called: kept apart from what is, and whatever leads there is taken for what does not happen."""

    attributes = ("cold", "noinline")


class _Piece(_Ingredient):
    """A piece of whatever calls it."""

    attributes = ("alwaysinline",)


def _compiler_into(kind: type[JITCodeLibrary]) -> type[CompilerBase]:
    """Numba's compiler of code without Python objects, but for the kind of library that the code goes to."""

    @register_pass(mutates_CFG=False, analysis_only=True)
    class Into(FunctionPass):
        _name = f"into{kind.__name__.lower()}"

        def __init__(self) -> None:
            FunctionPass.__init__(self)

        def run_pass(self, state: Any) -> bool:
            """Before a function is lowered; nothing else is changed."""
            state.library = kind(state.targetctx.codegen(), state.func_id.func_qualname)
            return False

    class Compiler(CompilerBase):
        def define_pipelines(self) -> list[Any]:
            """One, as numba asks for it."""
            built = DefaultPassBuilder.define_nopython_pipeline(self.state)
            built.add_pass_after(Into, NopythonTypeInference)
            built.finalize()
            return [built]

    return Compiler


IngredientCompiler: Final = _compiler_into(_Ingredient)
RareCompiler: Final = _compiler_into(_Rare)
PieceCompiler: Final = _compiler_into(_Piece)
WholeCompiler: Final = _compiler_into(_Whole)
