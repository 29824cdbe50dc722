#include "sagespark/server/jobs/container_images.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

TEST(ContainerImagesTest, GoesByTheRepositorysName) {
  for (const char* image : {"382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1", "kmeans", "kmeans:latest", "a.b/c/kmeans@sha256:0f"}) {
    EXPECT_EQ(RepositoryOf(image), "kmeans") << image;
  }
  EXPECT_EQ(RepositoryOf("localhost:5000/pca"), "pca");
}

TEST(ContainerImagesTest, XGBoostsNewerImagesHaveALongerName) {
  ContainerImages images;
  images.Add("xgboost", {.command = {"run-xgboost"}});
  for (const char* image : {"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1", "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1"}) {
    ASSERT_OK_AND_ASSIGN(const ContainerProgram program, images.Find(image));
    EXPECT_EQ(program.command.front(), "run-xgboost") << image;
  }
}

TEST(ContainerImagesTest, XGBoostsFirstImageAnswersInOneLine) {
  ContainerImages images;
  images.Add("xgboost", {.command = {"run-xgboost"}});
  images.Add("kmeans", {.command = {"run-kmeans"}});
  const auto form = [&](const char* image) { return images.Find(image)->environment["SAGESPARK_XGBOOST_CSV"]; };
  for (const char* image : {"811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1", "xgboost:latest", "xgboost"}) {
    EXPECT_EQ(form(image), "comma") << image;
  }
  for (const char* image : {"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1", "sagemaker-xgboost:latest", "r.io/xgboost:0.90-1",
                            "xgboost@sha256:0f", "r.io/kmeans:1"}) {
    EXPECT_EQ(form(image), "") << image;
  }
}

TEST(ContainerImagesTest, RefusesAnUnknownImageByName) {
  ContainerImages images;
  images.Add("kmeans", {.command = {"/x"}});
  images.Add("pca", {.command = {"/y"}});
  EXPECT_EQ(images.Find("r/pca:1")->command[0], "/y");
  EXPECT_THAT(images.Find("r/lda:1"), IsError(ErrorKind::kInvalidArgument,
                                              "No program here stands in for the image r/lda:1; repositories known: kmeans, pca; "
                                              "sagespark serve --image URI=COMMAND adds one"));
}

TEST(ContainerImagesTest, TheMappingThatSaysMostComesFirstAndOwnOnesBeforeAlgorithms) {
  ContainerImages images;
  images.Add("kmeans", {.command = {"built in"}});
  ASSERT_OK(images.AddOwn("r.io/kmeans", {.command = {"registry"}}));
  ASSERT_OK(images.AddOwn("r.io/kmeans:2", {.command = {"tag"}}));
  ASSERT_OK(images.AddOwn("forecast", {.command = {"any registry"}}));
  const std::pair<const char*, const char*> cases[] = {
      {"s.io/kmeans:2", "built in"}, {"r.io/kmeans:1", "registry"}, {"r.io/kmeans:2", "tag"}, {"s.io/forecast:9", "any registry"}};
  for (const auto& [image, command] : cases) EXPECT_EQ(images.Find(image)->command[0], command) << image;
  EXPECT_THAT(images.Find("r/lda:1"), IsError(ErrorKind::kInvalidArgument, ::testing::HasSubstr("known: kmeans, r.io/kmeans, r.io/kmeans:2, forecast;")));
}

TEST(ContainerImagesTest, RefusesAnImageThatIsMappedTwiceOrHasNoName) {
  ContainerImages images;
  ASSERT_OK(images.AddOwn("a:1", {}));
  ASSERT_OK(images.AddOwn("a", {}));
  EXPECT_THAT(images.AddOwn("a:1", {}), IsError(ErrorKind::kAlreadyExists, "An image is mapped twice: a:1"));
  EXPECT_THAT(images.AddOwn("r.io/", {}), IsError(ErrorKind::kInvalidArgument, "An image has no name: r.io/"));
}

}  // namespace
}  // namespace sagespark::server
