"""Mode S as receivers hear it: ADS-B in the binary format of Beast and the text format of AVR."""
