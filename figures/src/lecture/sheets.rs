//! Images: samples of each class, a contact sheet for each γ.

use super::prelude::*;
use scorelab::Error;

pub const SPEC: Spec = Spec {
    name: "sheets",
    stem: "digits_samples",
    part: FREE,
    latex: CLASSIFIER_FREE,
    title: Text::new("Samples of each class", "Mẫu của từng lớp"),
    caption: Text::new(
        "A row is the class asked for; γ = 0 ignores it, a larger γ shows it ever more clearly and ever more alike.",
        "Mỗi hàng là lớp được yêu cầu; γ = 0 bỏ qua nó, γ càng lớn thì lớp càng rõ và các mẫu càng giống nhau.",
    ),
    needs: &[Need::Images, Need::Class],
    uses: &[Use::Walk, Use::Gammas, Use::Method],
    draw,
};

/// Samples of each class on a sheet.
const EACH: usize = 3;
/// Sheets of a figure.
const SHEETS: usize = 6;

fn draw(i: &Inputs) -> Result<Vec<Figure>> {
    let gammas = i.usual_gammas();
    at_most_sheets(gammas.len())?;
    let images = i.images();
    let wanted: Vec<usize> = (0..EACH * images.classes).map(|i| i / EACH).collect();
    let sheet =
        |gamma: &Gamma| Ok((gamma.value(), (images.samples)(*gamma, Some(wanted.clone()))?));
    let sheets = gammas.iter().map(sheet).collect::<Result<Vec<_>>>()?;
    let (method, size) = (i.method.clone(), images.size);
    Ok(vec![contact_sheets(SPEC.stem, method, size, images.classes, &sheets)?])
}

fn at_most_sheets(sheets: usize) -> Result<()> {
    if (1..=SHEETS).contains(&sheets) {
        return Ok(());
    }
    let must = format!("1 to {SHEETS}, one for each sheet");
    Err(Error::value("the number of γ", sheets, must))
}

/// Samples at several γ, a contact sheet for each: rows are classes, columns samples.
///
/// `sheets` are (γ, images (classes·columns, height·width) row by row); `size` is an image's (height, width).
///
/// # Errors
/// If there are no sheets, or more than six.
pub fn contact_sheets(
    stem: &str,
    name: Text,
    size: (usize, usize),
    classes: usize,
    sheets: &[(f64, Array2<u8>)],
) -> Result<Figure> {
    at_most_sheets(sheets.len())?;
    let panel = |(gamma, pixels): &(f64, Array2<u8>)| -> Panel {
        let sheet = Sheet {
            pixels: pixels.clone(),
            size,
            columns: pixels.nrows() / classes,
            left: (0..classes).map(|class| class.to_string().into()).collect(),
            ..Sheet::default()
        };
        sheet_panel(format!("γ = {gamma}"), "samples, a row for each class", sheet)
    };
    let mut f = slide(stem, SPEC.title.then(": ").then(name), SPEC.caption.clone());
    f.layout = Some((1, sheets.len()));
    f.panels = sheets.iter().map(panel).collect();
    Ok(f)
}
