//! Values that many responses share, each stored once and read by its index.

use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug)]
pub(super) struct Shared<T> {
    values: Vec<Arc<T>>,
    indexes: BTreeMap<Arc<T>, u32>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            indexes: BTreeMap::new(),
        }
    }
}

impl<T: Ord> Shared<T> {
    /// The index of a value, the same for equal values.
    pub fn add(&mut self, value: T) -> u32 {
        if let Some(index) = self.indexes.get(&value) {
            return *index;
        }
        let index = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let value = Arc::new(value);
        self.values.push(Arc::clone(&value));
        self.indexes.insert(value, index);
        index
    }

    pub fn get(&self, index: u32) -> Option<&T> {
        self.values.get(index as usize).map(AsRef::as_ref)
    }
}
