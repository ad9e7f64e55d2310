"""HTTP: views parse, call one action, render. `guards` says who may come in, `errors` what an error looks like."""
