#pragma once

#include <string>
#include <string_view>

#include "sagespark/base/result.h"

namespace sagespark::aws {

/// The image of one of Amazon's algorithms in a region: ACCOUNT.dkr.ecr.REGION.amazonaws.com[.cn]/ALGORITHM:1.
/// `algorithm`: kmeans, pca, linear-learner, factorization-machines, lda or xgboost.
/// Fails with kInvalidArgument, naming algorithm, region and the regions that have it.
/// Source: "Docker Registry Paths and Example Code", Amazon SageMaker guide.
Result<std::string> AlgorithmImage(std::string_view algorithm, std::string_view region);

}  // namespace sagespark::aws
