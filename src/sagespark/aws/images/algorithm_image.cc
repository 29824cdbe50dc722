#include "sagespark/aws/images/algorithm_image.h"

#include <algorithm>
#include <span>

namespace sagespark::aws {
namespace {

struct RegionAccount {
  std::string_view region;
  std::string_view account;
};

// kmeans, pca, linear-learner and factorization-machines.
constexpr RegionAccount kFirstParty[] = {
    {"af-south-1", "455444449433"}, {"ap-east-1", "286214385809"},
    {"ap-northeast-1", "351501993468"}, {"ap-northeast-2", "835164637446"},
    {"ap-south-1", "991648021394"}, {"ap-southeast-1", "475088953585"},
    {"ap-southeast-2", "712309505854"}, {"ca-central-1", "469771592824"},
    {"cn-north-1", "390948362332"}, {"cn-northwest-1", "387376663083"},
    {"eu-central-1", "664544806723"}, {"eu-north-1", "669576153137"},
    {"eu-south-1", "257386234256"}, {"eu-west-1", "438346466558"}, {"eu-west-2", "644912444149"},
    {"eu-west-3", "749696950732"}, {"me-south-1", "249704162688"}, {"sa-east-1", "855470959533"},
    {"us-east-1", "382416733822"}, {"us-east-2", "404615174143"}, {"us-gov-west-1", "226302683700"},
    {"us-west-1", "632365934929"}, {"us-west-2", "174872318107"},
};

constexpr RegionAccount kLda[] = {
    {"ap-northeast-1", "258307448986"}, {"ap-northeast-2", "293181348795"},
    {"ap-south-1", "991648021394"}, {"ap-southeast-1", "475088953585"},
    {"ap-southeast-2", "297031611018"}, {"ca-central-1", "469771592824"},
    {"eu-central-1", "353608530281"}, {"eu-west-1", "999678624901"}, {"eu-west-2", "644912444149"},
    {"us-east-1", "766337827248"}, {"us-east-2", "999911452149"}, {"us-gov-west-1", "226302683700"},
    {"us-west-1", "632365934929"}, {"us-west-2", "266724342769"},
};

constexpr RegionAccount kXgboost[] = {
    {"af-south-1", "455444449433"}, {"ap-east-1", "286214385809"},
    {"ap-northeast-1", "501404015308"}, {"ap-northeast-2", "306986355934"},
    {"ap-south-1", "991648021394"}, {"ap-southeast-1", "475088953585"},
    {"ap-southeast-2", "544295431143"}, {"ca-central-1", "469771592824"},
    {"cn-north-1", "390948362332"}, {"cn-northwest-1", "387376663083"},
    {"eu-central-1", "813361260812"}, {"eu-north-1", "669576153137"},
    {"eu-south-1", "257386234256"}, {"eu-west-1", "685385470294"}, {"eu-west-2", "644912444149"},
    {"eu-west-3", "749696950732"}, {"me-south-1", "249704162688"}, {"sa-east-1", "855470959533"},
    {"us-east-1", "811284229777"}, {"us-east-2", "825641698319"}, {"us-gov-west-1", "226302683700"},
    {"us-west-1", "632365934929"}, {"us-west-2", "433757028032"},
};

Result<std::span<const RegionAccount>> AccountsOf(std::string_view algorithm) {
  using Accounts = std::span<const RegionAccount>;
  if (algorithm == "lda") return Accounts(kLda);
  if (algorithm == "xgboost") return Accounts(kXgboost);
  for (const std::string_view known : {"kmeans", "pca", "linear-learner", "factorization-machines"}) {
    if (algorithm == known) return Accounts(kFirstParty);
  }
  return InvalidArgument("Algorithm has no image of Amazon's: \"" + std::string(algorithm) + "\"");
}

std::string RegionsOf(std::span<const RegionAccount> accounts) {
  std::string regions;
  for (const RegionAccount& entry : accounts) regions += (regions.empty() ? "" : ", ") + std::string(entry.region);
  return regions;
}

}  // namespace

Result<std::string> AlgorithmImage(std::string_view algorithm, std::string_view region) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto accounts, AccountsOf(algorithm));
  const auto found = std::find_if(accounts.begin(), accounts.end(),
                                  [&](const RegionAccount& entry) { return entry.region == region; });
  if (found == accounts.end()) {
    return InvalidArgument("Region has no image of the algorithm: " + std::string(algorithm) + " in \"" + std::string(region) +
                           "\"; regions that have it: " + RegionsOf(accounts));
  }
  const std::string suffix = region.starts_with("cn-") ? ".cn" : "";
  return std::string(found->account) + ".dkr.ecr." + std::string(region) + ".amazonaws.com" + suffix + "/" +
         std::string(algorithm) + ":1";
}

}  // namespace sagespark::aws
