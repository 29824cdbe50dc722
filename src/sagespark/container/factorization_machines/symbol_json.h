#pragma once

#include <cstdint>
#include <string>

#include "sagespark/algo/factorization_machines/params.h"

namespace sagespark::container {

/// The machine as a graph of MXNet, as `Module.load` reads it: inputs `data` (rows x feature_dim, CSR) and `out_label`, parameters `v`,
/// `w1_weight` and `w0_weight`, output `out_output`. Ends with LinearRegressionOutput or LogisticRegressionOutput.
std::string FactorizationMachinesSymbol(algo::FactorizationMachinesTask task, int64_t feature_dim, int64_t num_factors);

}  // namespace sagespark::container
