#!/bin/sh
. tests/lib.sh
exit 0
