#include "sagespark/server/jobs/image_reference.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

TEST(ImageReferenceTest, TakesAUriApart) {
  const struct { const char* uri; ImageReference parts; } cases[] = {
      {"forecast", {"", "forecast", "", ""}},
      {"team/forecast:2", {"", "team/forecast", "2", ""}},
      {"localhost/forecast", {"localhost", "forecast", "", ""}},
      {"localhost:5000/forecast", {"localhost:5000", "forecast", "", ""}},
      {"1.dkr.ecr.eu-west-1.amazonaws.com/a/b:c@sha256:0f", {"1.dkr.ecr.eu-west-1.amazonaws.com", "a/b", "c", "sha256:0f"}},
      {"forecast@sha256:0f", {"", "forecast", "", "sha256:0f"}},
  };
  for (const auto& test_case : cases) EXPECT_EQ(ParseImageReference(test_case.uri), test_case.parts) << test_case.uri;
}

TEST(ImageReferenceTest, FitsByWhatThePatternSays) {
  const struct { const char* pattern; const char* image; bool fits; } cases[] = {
      {"forecast", "forecast", true},
      {"forecast", "forecast:2", true},
      {"forecast", "r.io/forecast:2@sha256:0f", true},
      {"forecast", "r.io/team/forecast", false},
      {"forecast", "forecasts", false},
      {"r.io/forecast", "r.io/forecast:1", true},
      {"r.io/forecast", "s.io/forecast:1", false},
      {"r.io/forecast", "forecast:1", false},
      {"forecast:1", "forecast:1", true},
      {"forecast:1", "forecast:2", false},
      {"forecast:1", "forecast:1@sha256:0f", true},
      {"forecast:1", "forecast", false},
      {"forecast:latest", "forecast", true},
      {"forecast:latest", "forecast@sha256:0f", false},
      {"forecast@sha256:0f", "forecast@sha256:0f", true},
      {"forecast@sha256:0f", "forecast:1@sha256:0f", true},
      {"forecast@sha256:0f", "forecast@sha256:10", false},
      {"forecast@sha256:0f", "forecast:1", false},
  };
  for (const auto& test_case : cases) {
    EXPECT_EQ(FitOf(ParseImageReference(test_case.pattern), ParseImageReference(test_case.image)) > 0, test_case.fits)
        << test_case.pattern << " of " << test_case.image;
  }
}

TEST(ImageReferenceTest, APatternThatSaysMoreFitsBetter) {
  const ImageReference image = ParseImageReference("r.io/forecast:1@sha256:0f");
  int last = 0;
  for (const char* pattern : {"forecast", "r.io/forecast", "forecast:1", "r.io/forecast:1", "forecast@sha256:0f", "r.io/forecast@sha256:0f"}) {
    const int fit = FitOf(ParseImageReference(pattern), image);
    EXPECT_GT(fit, last) << pattern;
    last = fit;
  }
}

}  // namespace
}  // namespace sagespark::server
