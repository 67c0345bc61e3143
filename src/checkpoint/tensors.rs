//! The bytes of a checkpoint: tensors by name, one text, and the checksum at the end. The only user of the file format.

use super::Parsed;
use super::header::MOST_TEXT;
use crate::nn::Part;
use ndarray::Array1;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The key of the text.
const TEXT: &str = "scorelab";
/// The tensor of the checksum: the only one of bytes, so that the format puts it last.
const CHECKSUM: &str = "sha256";
const CHECKSUM_BYTES: usize = 32;
/// How the names of the other tensors start.
const EXTRA: &str = "extra.";

/// A tensor to write: its name, shape and numbers.
pub(super) type Named<'a> = (String, Vec<usize>, &'a [f32]);

/// The bytes of a file.
pub(super) fn write<'a>(
    text: &str,
    weights: impl Iterator<Item = Named<'a>>,
    extra: &BTreeMap<String, Array1<f64>>,
) -> Parsed<Vec<u8>> {
    let mut tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
    for (name, shape, values) in weights {
        finite(&name, values.iter().map(|v| f64::from(*v)))?;
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        tensors.push((name, Dtype::F32, shape, bytes));
    }
    for (name, values) in extra {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        tensors.push((format!("{EXTRA}{name}"), Dtype::F64, vec![values.len()], bytes));
    }
    let place = vec![0; CHECKSUM_BYTES];
    tensors.push((CHECKSUM.into(), Dtype::U8, vec![CHECKSUM_BYTES], place));
    let views: Vec<(&str, TensorView)> = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            let view = TensorView::new(*dtype, shape.clone(), bytes).map_err(|e| e.to_string())?;
            Ok((name.as_str(), view))
        })
        .collect::<Parsed<_>>()?;
    let text = [(TEXT.to_string(), text.to_string())].into_iter().collect();
    let mut bytes = serialize(views, Some(text)).map_err(|e| e.to_string())?;
    let body = bytes.len() - CHECKSUM_BYTES;
    let checksum = checksum(&bytes[..body]);
    bytes[body..].copy_from_slice(&checksum);
    Ok(bytes)
}

/// The checksum of a file's other bytes.
pub(super) fn checksum(body: &[u8]) -> [u8; CHECKSUM_BYTES] {
    Sha256::digest(body).into()
}

/// A file whose checksum is right.
pub(super) struct Tensors<'a> {
    pub header: String,
    tensors: SafeTensors<'a>,
}

/// Parses the bytes of a file without copying its tensors.
pub(super) fn read(bytes: &[u8]) -> Parsed<Tensors<'_>> {
    let not_one = "it is not a scorelab checkpoint, or only part of one";
    let length = bytes.first_chunk().map(|b| u64::from_le_bytes(*b)).ok_or(not_one)?;
    if length > MOST_TEXT as u64 || bytes.len() < CHECKSUM_BYTES {
        return Err(not_one.into());
    }
    let (body, checksum) = bytes.split_at(bytes.len() - CHECKSUM_BYTES);
    let whole = self::checksum(body) == *checksum;
    let parsed = SafeTensors::read_metadata(bytes).ok().and_then(|(_, m)| {
        let text = m.metadata().as_ref()?.get(TEXT)?.clone();
        Some((text, SafeTensors::deserialize(bytes).ok()?))
    });
    match parsed {
        Some((header, tensors)) if whole => Ok(Tensors { header, tensors }),
        Some(_) => Err(
            "it is damaged: its checksum does not match its contents; use the checkpoint before it"
                .into(),
        ),
        None => Err(not_one.into()),
    }
}

impl Tensors<'_> {
    /// How many tensors of numbers there are.
    pub fn len(&self) -> usize {
        self.tensors.len().saturating_sub(1) // the checksum is not one
    }

    /// All weights in order, each tensor with the expected name and shape.
    pub fn weights(&self, expected: &[Part]) -> Parsed<Vec<f32>> {
        let mut all = Vec::new();
        for part in expected {
            all.extend(self.tensor(&part.name, &part.shape)?);
        }
        Ok(all)
    }

    /// One tensor of finite numbers.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Parsed<Vec<f32>> {
        let tensor = self.tensors.tensor(name).map_err(|_| format!("it has no tensor {name}"))?;
        if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
            return Err(format!(
                "its tensor {name} is {} {:?}, but {} {shape:?} is needed",
                tensor.dtype(),
                tensor.shape(),
                Dtype::F32
            ));
        }
        let four = |b: &[u8]| f32::from_le_bytes(b.try_into().expect("four bytes"));
        let values: Vec<f32> = tensor.data().chunks_exact(4).map(four).collect();
        finite(name, values.iter().map(|v| f64::from(*v)))?;
        Ok(values)
    }

    /// The tensors that are not weights; `known` tensors are.
    pub fn extra(&self, known: usize) -> Parsed<BTreeMap<String, Array1<f64>>> {
        let mut found = BTreeMap::new();
        for (name, tensor) in self.tensors.iter() {
            let Some(name) = name.strip_prefix(EXTRA) else { continue };
            if tensor.dtype() != Dtype::F64 || tensor.shape().len() != 1 {
                return Err(format!("its tensor {EXTRA}{name} is not a row of f64"));
            }
            let eight = |b: &[u8]| f64::from_le_bytes(b.try_into().expect("eight bytes"));
            found.insert(name.to_string(), tensor.data().chunks_exact(8).map(eight).collect());
        }
        if self.len() != known + found.len() {
            let (held, needed) = (self.len(), known + found.len());
            return Err(format!(
                "it holds {held} tensors, of which only {needed} belong to the network"
            ));
        }
        Ok(found)
    }
}

/// Refuses a tensor with a number that is not finite.
fn finite(name: &str, mut values: impl Iterator<Item = f64>) -> Parsed<()> {
    match values.position(|v| !v.is_finite()) {
        Some(i) => Err(format!("number {i} of the network's {name} is not finite")),
        None => Ok(()),
    }
}
