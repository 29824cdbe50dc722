#include "sagespark/sagemaker/image_uri.h"

#include "sagespark/base/exception.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using testing::HasSubstr;
using testing::Property;
using testing::Throws;

TEST(AlgorithmImageTest, NamesAccountRegionAndAlgorithm) {
  EXPECT_EQ(AlgorithmImage("kmeans", "us-east-1"), "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1");
  EXPECT_EQ(AlgorithmImage("linear-learner", "eu-west-2"), "644912444149.dkr.ecr.eu-west-2.amazonaws.com/linear-learner:1");
  EXPECT_EQ(AlgorithmImage("lda", "us-west-2"), "266724342769.dkr.ecr.us-west-2.amazonaws.com/lda:1");
  EXPECT_EQ(AlgorithmImage("xgboost", "us-east-1"), "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1");
  EXPECT_EQ(AlgorithmImage("pca", "eu-south-1"), "257386234256.dkr.ecr.eu-south-1.amazonaws.com/pca:1");
}

TEST(AlgorithmImageTest, ChinaHasItsOwnDomain) {
  EXPECT_EQ(AlgorithmImage("kmeans", "cn-north-1"), "390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/kmeans:1");
}

TEST(AlgorithmImageTest, ARegionWithoutTheAlgorithmIsAnErrorThatListsTheOthers) {
  EXPECT_THAT([] { AlgorithmImage("lda", "cn-north-1"); },
              Throws<Exception>(Property(&Exception::what, testing::AllOf(HasSubstr("lda in \"cn-north-1\""),
                                                                          HasSubstr("ap-northeast-1, ap-northeast-2")))));
  EXPECT_THAT([] { AlgorithmImage("kmean", "us-east-1"); },
              Throws<Exception>(Property(&Exception::what, HasSubstr("\"kmean\""))));
}

}  // namespace
}  // namespace sagespark::sagemaker
