#include "sagespark/algo/lda/mixture.h"

#include <cmath>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;
using testing::ElementsAre;
using testing::FloatEq;
using testing::FloatNear;

TEST(ExpDigammaTest, HasTheKnownValues) {
  const double euler = 0.57721566490153286;
  // digamma(1) = -euler, digamma(1/2) = -euler - 2 ln 2, digamma(2) = 1 - euler, digamma(x + 1) = digamma(x) + 1 / x.
  EXPECT_THAT(ExpDigamma(1), FloatEq(std::exp(-euler)));
  EXPECT_THAT(ExpDigamma(0.5), FloatEq(std::exp(-euler - 2 * std::log(2.0))));
  EXPECT_THAT(ExpDigamma(2), FloatEq(std::exp(1 - euler)));
  EXPECT_THAT(ExpDigamma(0.1F), FloatNear(ExpDigamma(1.1F) * std::exp(-10.0F), 1e-9F));
  EXPECT_EQ(ExpDigamma(1e-4F), 0);
  EXPECT_NEAR(ExpDigamma(1e4F), 1e4 - 0.5, 1e-2);
}

MixtureSearch::Posterior Find(const MixtureSearch& search, std::vector<int32_t> words, std::vector<float> counts) {
  MixtureSearch::Posterior posterior;
  search.Find(words, counts, {}, posterior);
  return posterior;
}

TEST(MixtureSearchTest, GivesWordsOfOneTopicToThatTopic) {
  // No topic shares a word with another, so the posterior is exact: alpha and the counts.
  const MixtureSearch search({{0.5, 0.25}, Matrix<float>(2, 3, {0.5, 0.5, 0, 0, 0, 1})});
  EXPECT_THAT(Find(search, {0, 1, 2}, {3, 1, 5}).gamma, ElementsAre(FloatEq(4.5), FloatEq(5.25)));
  EXPECT_THAT(Find(search, {2}, {7}).gamma, ElementsAre(FloatEq(0.5), FloatEq(7.25)));
}

TEST(MixtureSearchTest, ADocumentWithoutWordsHasThePrior) {
  const MixtureSearch search({{0.5, 0.25}, Matrix<float>(2, 2, {1, 0, 0, 1})});
  EXPECT_THAT(Find(search, {}, {}).gamma, ElementsAre(0.5, 0.25));
}

TEST(MixtureSearchTest, AWordThatNoTopicHasSaysNothing) {
  const MixtureSearch search({{0.5, 0.25}, Matrix<float>(2, 3, {1, 0, 0, 0, 1, 0})});
  EXPECT_THAT(Find(search, {1, 2}, {4, 100}).gamma, ElementsAre(FloatEq(0.5), FloatEq(4.25)));
}

TEST(MixtureSearchTest, TakesMoreTopicsThanAVectorHasLanes) {
  constexpr int64_t kTopics = 19;
  LdaModel model{std::vector<float>(kTopics, 0.1F), Matrix<float>(kTopics, kTopics)};
  for (int64_t topic = 0; topic < kTopics; ++topic) model.beta(topic, topic) = 1;
  const MixtureSearch search(model);
  EXPECT_EQ(search.padded_topics(), 24);
  const auto posterior = Find(search, {3, 18}, {2, 5});
  EXPECT_THAT(posterior.gamma[3], FloatNear(2.1F, 1e-5F));
  EXPECT_THAT(posterior.gamma[18], FloatNear(5.1F, 1e-5F));
  EXPECT_THAT(posterior.gamma[17], FloatNear(0.1F, 1e-6F));
}

}  // namespace
}  // namespace sagespark::algo
