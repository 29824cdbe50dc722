#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "sagespark/algo/factorization_machines/artifact.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"

namespace sagespark::container {

/// The model's file; "algo-1" is the host that wrote it.
inline constexpr std::string_view kFactorizationMachinesModelFile = "model_algo-1";

/// Writes the bytes of `model_algo-1` to `sink`, holding a few megabytes of it at a time: a zip of `meta.json`, `symbol.json` and
/// `params`; see docs/formats/factorization-machines-model.md.
/// `hyperparameters` are the job's, for meta.json. Fails as the sink, and with kInvalidArgument when the training has diverged: a
/// parameter is not finite.
Status WriteFactorizationMachinesModel(const algo::FactorizationMachinesWeights& weights,
                                       const std::map<std::string, std::string>& hyperparameters, ThreadPool& pool,
                                       const std::function<Status(std::string_view)>& sink);

/// Reads a model of ours or of AWS's image, newer or older, from the bytes of `model_algo-1`.
/// Fails with kCorruptData, saying what is wrong, when they are no such model.
Result<algo::FactorizationMachinesModel> DecodeFactorizationMachinesModel(std::string_view bytes);

/// Reads `model_algo-1` of `directory`, at a cost of twice the model's memory. Fails with kNotFound or kCorruptData, naming
/// the file.
Result<algo::FactorizationMachinesModel> ReadFactorizationMachinesModel(const std::filesystem::path& directory);

}  // namespace sagespark::container
