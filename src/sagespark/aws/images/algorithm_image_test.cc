#include "sagespark/aws/images/algorithm_image.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::aws {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(AlgorithmImageTest, NamesAccountRegionAndAlgorithm) {
  EXPECT_THAT(AlgorithmImage("kmeans", "us-east-1"), HasValue("382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"));
  EXPECT_THAT(AlgorithmImage("linear-learner", "eu-west-2"), HasValue("644912444149.dkr.ecr.eu-west-2.amazonaws.com/linear-learner:1"));
  EXPECT_THAT(AlgorithmImage("lda", "us-west-2"), HasValue("266724342769.dkr.ecr.us-west-2.amazonaws.com/lda:1"));
  EXPECT_THAT(AlgorithmImage("xgboost", "us-east-1"), HasValue("811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1"));
  EXPECT_THAT(AlgorithmImage("pca", "eu-south-1"), HasValue("257386234256.dkr.ecr.eu-south-1.amazonaws.com/pca:1"));
}

TEST(AlgorithmImageTest, ChinaHasItsOwnDomain) {
  EXPECT_THAT(AlgorithmImage("kmeans", "cn-north-1"), HasValue("390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/kmeans:1"));
}

TEST(AlgorithmImageTest, ARegionWithoutTheAlgorithmIsAnErrorThatListsTheOthers) {
  EXPECT_THAT(AlgorithmImage("lda", "cn-north-1"),
              IsError(ErrorKind::kInvalidArgument, AllOf(HasSubstr("lda in \"cn-north-1\""), HasSubstr("ap-northeast-1, ap-northeast-2"))));
  EXPECT_THAT(AlgorithmImage("kmean", "us-east-1"), IsError(ErrorKind::kInvalidArgument, HasSubstr("\"kmean\"")));
}

}  // namespace
}  // namespace sagespark::aws
