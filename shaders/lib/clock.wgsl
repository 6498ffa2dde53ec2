// Where training stands. The tables (order, batch_rows, rates, losses) hold the steps from `first` on.
struct Clock {
  step: u32,    // updates done
  first: u32,   // step of the tables' first row
  end: u32,     // step at which this replay ends
}
