#pragma once

#include <string>
#include <string_view>

namespace sagespark::sagemaker {

/// aws::AlgorithmImage, its error thrown.
std::string AlgorithmImage(std::string_view algorithm, std::string_view region);

}  // namespace sagespark::sagemaker
