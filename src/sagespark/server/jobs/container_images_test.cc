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

TEST(ContainerImagesTest, RefusesAnUnknownImageByName) {
  ContainerImages images;
  images.Add("kmeans", {.command = {"/x"}});
  images.Add("pca", {.command = {"/y"}});
  EXPECT_EQ(images.Find("r/pca:1")->command[0], "/y");
  EXPECT_THAT(images.Find("r/lda:1"), IsError(ErrorKind::kInvalidArgument,
                                              "No program here stands in for the image r/lda:1; repositories known: kmeans, pca"));
}

}  // namespace
}  // namespace sagespark::server
