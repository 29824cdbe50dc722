#include "sagespark/testing/matchers.h"
