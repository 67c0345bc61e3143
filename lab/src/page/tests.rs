use super::Page;
use super::join::join;
use scorelab::data::Scene;
use scorelab_figures::plot::Lang;

fn page(scene: &str, lang: Lang) -> scorelab::Result<String> {
    let scene = Scene::named(scene).unwrap();
    Page { scene: &scene, networks: [None, None, None], lang, theme: None }.html()
}

#[test]
fn modules_become_functions_that_answer_with_their_exports() {
    let a = "// a\nconst two = 2;\nexport const three = 1 + two;\nexport function f(x) {\n  return x;\n}\n";
    let b = "import { three, f } from './a.js';\n/**\n * export of nothing\n */\nexport class K extends Object {}\nexport async function g() { return f(three); }\n";
    let script = join(&[("a", a), ("b", b)]).unwrap();
    assert_eq!(
        script,
        "'use strict';\nconst $a = (() => {\n// a\nconst two = 2;\nconst three = 1 + two;\nfunction f(x) {\n  return x;\n}\n\
         return { three, f };\n})();\nconst $b = (() => {\nconst { three, f } = $a;\n/**\n * export of nothing\n */\n\
         class K extends Object {}\nasync function g() { return f(three); }\nreturn { K, g };\n})();\n"
    );
}

#[test]
fn what_does_not_follow_the_rule_is_refused_with_its_file_and_line() {
    let first = "export const a = 1;\n";
    for (line, why) in [
        ("import { a } from './later.js';", "no earlier module"),
        ("import { b } from './first.js';", "does not export b"),
        ("import { a as b } from './first.js';", "does not export a as b"),
        ("import a from './first.js';", "one line at column 0"),
        ("import * as a from './first.js';", "one line at column 0"),
        ("import './first.js';", "one line at column 0"),
        ("  import { a } from './first.js';", "one line at column 0"),
        ("import {", "one line at column 0"),
        ("import { a } from \"./first.js\";", "one line at column 0"),
        ("export default 1;", "with a name"),
        ("export { a };", "with a name"),
        ("export * from './first.js';", "with a name"),
        ("export let a = 1;", "with a name"),
        ("export const { a } = b;", "with a name"),
        ("export const $a = 1;", "with a name"),
        ("export function* f() {}", "with a name"),
        ("  export const b = 1;", "with a name"),
        ("const x = await import('./first.js');", "while it runs"),
        ("const u = import.meta.url;", "while it runs"),
        ("const t = `", "must end on its line"),
        ("/* a comment\nexport const c = 1;\n*/", "must begin with"),
        ("f(); /* and then\n * more */", "must begin a line"),
        ("const s = '</SCRIPT>';", "would end the script"),
        ("const s = '<!--';", "would end the script"),
    ] {
        let text = format!("// two\n{line}\n");
        let error = join(&[("first", first), ("second", &text)]).unwrap_err().to_string();
        let place = if why == "must begin with" { "second.js:3" } else { "second.js:2" };
        assert!(error.contains(place) && error.contains(why), "{line}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    assert!(join(&[("first", first), ("first", first)]).is_err(), "one name, two modules");
    let twice = "export const a = 1;\nexport function a() {}\n";
    assert!(join(&[("first", twice)]).unwrap_err().to_string().contains("first.js:2"));
}

#[test]
fn a_page_is_one_file_that_asks_for_nothing() {
    let english = page("animals", Lang::En).unwrap();
    assert!(english.len() < 1_500_000, "{} bytes", english.len());
    assert!(english.contains("<html lang=\"en\""));
    assert!(page("animals", Lang::Vi).unwrap().contains("<html lang=\"vi\""));
    for mark in ["{lang}", "{theme}", "{policy}", "{style}", "{script}"] {
        assert!(!english.contains(mark), "{mark} is not filled");
    }
    for outside in
        ["src=", "href=\"http", "@import", "url(", "fetch(", "XMLHttpRequest", "eval(", "innerHTML"]
    {
        assert!(!english.contains(outside), "{outside}");
    }
    assert!(english.contains("default-src 'none'"));
    assert_eq!(english.matches("<script>").count(), 1);
    assert_eq!(english.matches("</script>").count(), 1);
    assert_ne!(page("three", Lang::En).unwrap(), english, "the scene is on it");
}

#[test]
fn a_scene_that_no_page_can_show_is_refused() {
    let words = |scene: &str| page(scene, Lang::En).unwrap_err().to_string();
    assert!(words("two-1d").contains("the page is a plane"));
    assert!(words("tree").contains("1016"));
    assert!(page("moons", Lang::En).is_ok());
}
