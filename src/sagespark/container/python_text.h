#pragma once

#include <string>

#include "sagespark/container/algorithm.h"

namespace sagespark::container {

/// The number as Python prints it: the shortest digits that read back the same, "200.0" for whole ones.
std::string PythonFloat(double value);

/// "{'k': '10', 'feature_dim': '784'}".
std::string PythonDict(const Hyperparameters& values);

}  // namespace sagespark::container
