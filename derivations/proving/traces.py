"""The gradient of a trace: how the objectives of matrix memories are differentiated at every size.

SymPy's own derivative of a sum of traces is not used: it is silently 0 for some.
"""

import sympy as sp


def gradient(inside: sp.MatrixExpr, X: sp.MatrixSymbol) -> sp.MatrixExpr:
    """The gradient of tr(inside) with respect to X, for a polynomial in X and X'.

    d tr(L X R) = tr(R L dX), so every X that stands between L and R adds (R L)'; every X' adds R L.
    Raises ValueError where X stands inside anything else, such as an inverse.
    """
    total = sp.ZeroMatrix(*X.shape)
    for term in sp.Add.make_args(sp.expand(inside)):
        factors = term.args if isinstance(term, sp.MatMul) else (term,)
        scale = sp.Mul(*(factor for factor in factors if not factor.is_Matrix))
        matrices = [m for factor in factors if factor.is_Matrix for m in _matrices(factor)]
        for place, matrix in enumerate(matrices):
            if matrix not in (X, X.T):
                if matrix.has(X):
                    raise ValueError(f"gradient: {matrix} holds {X}, expected a polynomial in it")
                continue
            rest = *matrices[place + 1 :], *matrices[:place], sp.Identity(matrix.shape[0])
            around = sp.MatMul(*rest).doit()
            total += scale * (around.T if matrix == X else around)
    return sp.expand(total.doit())


def _matrices(power: sp.MatrixExpr) -> list[sp.MatrixExpr]:
    whole = isinstance(power, sp.MatPow) and power.exp.is_Integer and power.exp > 0
    return [power.base] * int(power.exp) if whole else [power]
