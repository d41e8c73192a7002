"""Forms of a stream that are not lines of JSON: CSV and TSV, arrays, wrapped batches, documents of many lines."""
