#include "sagespark/sagemaker/image_uri.h"

#include "sagespark/aws/images/algorithm_image.h"
#include "sagespark/base/exception.h"

namespace sagespark::sagemaker {

std::string AlgorithmImage(std::string_view algorithm, std::string_view region) { return OrThrow(aws::AlgorithmImage(algorithm, region)); }

}  // namespace sagespark::sagemaker
