"""How a function of compiled code is compiled that only other compiled code calls.

What a way in calls, and all that these call, is put into the module of the way in first, and optimized there
as a whole, once. numba by itself makes of every function machine code that nobody runs, with all that it
calls: a kernel of two hundred functions takes half as long again, and what a process compiled runs a
fifth slower in it than what came from the disk, as each of its functions begins a page of its own.
"""

from typing import Any, Final

from llvmlite import binding as llvm  # dst-ok: compiles integer arithmetic
from numba.core.codegen import JITCodeLibrary  # dst-ok: compiles integer arithmetic
from numba.core.compiler import CompilerBase, DefaultPassBuilder  # dst-ok: compiles integer arithmetic
from numba.core.compiler_machinery import FunctionPass, register_pass  # dst-ok: compiles integer arithmetic
from numba.core.typed_passes import NopythonTypeInference  # dst-ok: compiles integer arithmetic

_ENVIRONMENT: Final = "_ZN08NumbaEnv"


class _Ingredient(JITCodeLibrary):
    """Linked into what calls it, and no machine code by itself."""

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


class _Into(FunctionPass):
    """Say, before a function is lowered, into which kind of library."""

    kind: type[JITCodeLibrary]

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Nothing else is changed."""
        state.library = self.kind(state.targetctx.codegen(), state.func_id.func_qualname)
        return False


@register_pass(mutates_CFG=False, analysis_only=True)
class _AsIngredient(_Into):
    _name = "as_ingredient"
    kind = _Ingredient


@register_pass(mutates_CFG=False, analysis_only=True)
class _AsWhole(_Into):
    _name = "as_whole"
    kind = _Whole


class IngredientCompiler(CompilerBase):
    """numba's own compiler of code without Python objects, but for where the code goes."""

    into: type[_Into] = _AsIngredient

    def define_pipelines(self) -> list[Any]:
        """One, as numba asks for it."""
        built = DefaultPassBuilder.define_nopython_pipeline(self.state)
        built.add_pass_after(self.into, NopythonTypeInference)
        built.finalize()
        return [built]


class WholeCompiler(IngredientCompiler):
    """The same for a way in."""

    into = _AsWhole
