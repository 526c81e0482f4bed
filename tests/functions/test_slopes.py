from refmem.functions.slopes import head_slopes, lightning_slopes, linear_slopes


def test_twelve_heads_are_eight_and_every_second_of_sixteen():
    eight, sixteen = head_slopes(8), head_slopes(16)
    assert eight == [2.0**-n for n in range(1, 9)]
    assert head_slopes(12) == eight + sixteen[0:8:2]


def test_deeper_layers_have_smaller_slopes():
    first, last = (lightning_slopes(4, layer, 5) for layer in (0, 4))
    assert first == [slope * (1 + 1e-5) for slope in head_slopes(4)]
    assert last == [slope * (1 - 1 + 1e-5) for slope in head_slopes(4)]
    assert lightning_slopes(4, 0, 1) == first
    assert linear_slopes(4, 0, 5) == [0, 2, 4, 6]
