//! The Transformer by the laws of every network; that its f64 gradients are differences is tested beside it, along directions,
//! for it has too many parameters to be moved one by one.

use super::net::{assert_answer, assert_gradients, assert_one_condition, assert_parts};
use crate::common::normals;
use scorelab::condition::Condition;
use scorelab::nn::{Net, Shape, Transformer, TransformerConfig};

#[test]
fn a_transformer_obeys_the_laws_of_a_network() {
    let words = [vec![], vec![1], vec![4, 0], vec![2, 3, 1]].map(Condition::words);
    for ordered in [false, true] {
        let config = TransformerConfig {
            side: 6,
            patch: 2,
            features: 4,
            vocabulary: 5,
            words: 3,
            ordered,
            width: 16,
            heads: 2,
            depth: 1,
            hidden: 18,
        };
        let params = normals(config.parameters(), 1).iter().map(|z| 0.3 * *z as f32).collect();
        let (name, net) = (format!("ordered: {ordered}"), Transformer::of(config, params).unwrap());
        assert_parts(&name, &net);
        assert_answer(&name, &net, &words);
        assert_gradients(&name, &net, &words);
        assert_one_condition(&name, &net, &words);
    }
}
