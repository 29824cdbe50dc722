#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/io/file_system.h"
#include "sagespark/staging/inference.h"

namespace sagespark::staging {

/// One object of a batch transform: a request's body, to which one object of predictions answers.
struct BatchObject {
  std::string name;  ///< "part-00003-00000042", below the folder.
  int64_t rows = 0;
  std::string crc32;  ///< Of the body.
};

/// Cuts the rows of partition `partition` into requests and writes each as an object of `folder`. Rows and serializer are those of
/// `inference`, whose endpoint is not asked. On an error `written` holds what is there already.
Status WriteBatchObjects(const Inference& inference, io::FileSystem& files, const Uri& folder,
                         data::BatchStream& rows, int partition, const CancellationToken& cancellation,
                         std::vector<BatchObject>& written);

/// The objects of one batch transform, and where their predictions are: NAME.out.
struct BatchPredictions {
  Inference inference;  ///< Without an endpoint.
  std::shared_ptr<io::FileSystem> files;
  Uri folder;                                      ///< Of the predictions.
  std::vector<std::vector<BatchObject>> objects;  ///< By partition.
};

/// The rows of `input`, partition `partition` of those that were written, with their predictions, in its order. Reads one object at a
/// time. Fails with kConflict when the rows are not those that were written, with kModelError when an object holds another number
/// of predictions than rows.
Result<std::unique_ptr<data::BatchStream>> JoinBatchPredictions(std::shared_ptr<const BatchPredictions> predictions,
                                                                std::unique_ptr<data::BatchStream> input, int partition);

}  // namespace sagespark::staging
