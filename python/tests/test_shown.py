"""Figures, the page, the course, captions and drawn digits."""

import numpy as np
import pytest
import scorelab as sl


def test_a_figure_shows_itself_and_is_saved(tmp_path):
    figure = sl.figure("steering", scene="three", label=0, samples=40, steps=8)
    figure = figure[0] if isinstance(figure, list) else figure
    assert figure._repr_svg_().startswith("<svg") and figure.svg() == figure._repr_svg_()
    assert figure.png(320)[:8] == b"\x89PNG\r\n\x1a\n"
    paths = figure.save(tmp_path, ["svg", "json"])
    assert [p.suffix for p in paths] == [".svg", ".json"] and all(p.stat().st_size > 100 for p in paths)
    assert paths[0].read_text() == figure.svg()
    assert figure.title and figure.caption and figure.stem in repr(figure)


def test_a_figure_speaks_vietnamese():
    en, vi = (sl.figure("two-scores", scene="three", lang=lang) for lang in ("en", "vi"))
    one = lambda f: f[0] if isinstance(f, list) else f  # noqa: E731
    assert one(en).title != one(vi).title


@pytest.mark.parametrize(
    "wrong, words",
    [
        (dict(name="steerin"), "one of"),
        (dict(name="steering", nosuch=3), "nosuch"),
        (dict(name="steering", samples=-3), "samples"),
        (dict(name="steering", lang="fr"), "language"),
        (dict(name="implicit", scene="three"), "joint"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        sl.figure(**wrong)


def test_a_list_is_a_flag_with_several_numbers():
    of = lambda gamma: sl.figure("overshoot", scene="three", label=0, samples=40, steps=8, gamma=gamma)  # noqa: E731
    one = lambda f: f[0] if isinstance(f, list) else f  # noqa: E731
    assert one(of([0, 2])).svg() != one(of([0, 4])).svg()


def test_a_network_is_a_flag_of_a_figure(joint, tmp_path):
    setting = dict(label=0, gamma=[0, 2], steps=8)
    joint.save(tmp_path / "net.safetensors")
    of_file, own = (sl.figure("sweep", score=score, **setting) for score in (tmp_path / "net.safetensors", joint))
    exact = sl.figure("sweep", scene="three", **setting)
    assert own.svg() == of_file.svg() != exact.svg()
    with pytest.raises(ValueError, match="score"):
        sl.figure("steering", score=sl.train("noisy", "three", steps=1, width=16, depth=2, points=300), **setting)


def test_images_are_shown_on_a_sheet():
    images, _ = sl.Glyphs(0).images(0, 7)
    sheet = sl.sheet(images, columns=3, title="digits")
    assert sheet.title == "digits" and sheet.png(width=64)[:4] == b"\x89PNG"
    assert sheet.svg() == sl.sheet(images.copy(), columns=3, title="digits").svg() != sl.sheet(images[::-1], columns=3, title="digits").svg()
    for wrong, error in [(images.astype(float), TypeError), (images[0], TypeError), (images[:0], ValueError)]:
        with pytest.raises(error, match="images"):
            sl.sheet(wrong)
    with pytest.raises(ValueError, match="columns"):
        sl.sheet(images, columns=0)


def test_every_figure_has_a_name_and_a_title():
    listed = sl.figures()
    assert len(listed) > 20 and all(f["name"] and f["title"] and f["caption"] for f in listed)


def test_the_page_is_shown_in_a_frame(tmp_path):
    page = sl.page("three", lang="vi", theme="dark", height=500)
    shown = page._repr_html_()
    assert shown.startswith("<iframe sandbox=") and "height:500px" in shown
    assert shown.count("<") == 2  # all of the page is within the attribute
    page.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page.html
    with pytest.raises(ValueError, match="theme"):
        sl.page(theme="blue")


def test_the_course_marks_right_wrong_and_blank(capsys):
    scene, label = sl.course.problem()
    x, alpha, sigma = sl.course.points(1)
    score = scene.mixture.score(x, alpha, sigma)
    assert sl.course.check(1, score)
    assert not sl.course.check(1, -score)
    assert not sl.course.check(1, np.zeros_like(score), lang="vi")
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("✓") and "sign" in said[1] and "còn để trống" in said[2]
    assert scene.name == "wide" and scene.class_names[label] == "slanted"
    assert sl.course.points(3) is None
    with pytest.raises(ValueError, match="exercise"):
        sl.course.check(99, 0.0)


def test_captions_are_read_and_written():
    caption = sl.Caption(sl.Caption.every()[123].english)
    assert caption == sl.Caption.every()[123]
    assert sl.Caption(caption.vietnamese) == caption
    assert 0 <= caption.label <= 9 and caption.english in repr(caption)
    with pytest.raises(ValueError):
        sl.Caption("a nice number")


def test_digits_are_drawn_again_the_same():
    glyphs = sl.Glyphs(4)
    pixels, labels = glyphs.images(5, 9)
    assert pixels.shape == (4, 28, 28) and pixels.dtype == np.uint8 and labels.shape == (4,)
    again, _ = sl.Glyphs(4).images(7, 8)
    assert np.array_equal(again[0], pixels[2]) and pixels.max() > 200
    caption = sl.Caption.every()[40]
    drawn, told = glyphs.draw(3, caption)
    assert told == caption and drawn.shape == (28, 28)
    assert glyphs.draw(3)[1].label in range(10)
    with pytest.raises(ValueError, match="number of images"):
        glyphs.images(3, 3)
