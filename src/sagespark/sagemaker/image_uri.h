#pragma once

#include <string>
#include <string_view>

namespace sagespark::sagemaker {

/// The image of one of Amazon's algorithms in a region: ACCOUNT.dkr.ecr.REGION.amazonaws.com[.cn]/ALGORITHM:1.
/// `algorithm`: kmeans, pca, linear-learner, factorization-machines, lda or xgboost.
/// Throws kInvalidArgument, naming algorithm, region and the regions that have it.
/// Source: "Docker Registry Paths and Example Code", Amazon SageMaker guide.
std::string AlgorithmImage(std::string_view algorithm, std::string_view region);

}  // namespace sagespark::sagemaker
