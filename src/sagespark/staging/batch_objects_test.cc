#include "sagespark/staging/batch_objects.h"

#include <filesystem>
#include <fstream>

#include "sagespark/staging/testing/line_format.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::staging {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using testing::AllRows;
using testing::Batches;

const auto kNumbers = data::testing::SchemaOf({{"x", data::TypeId::kLong}});

/// Writes objects into a local folder and answers them as a batch transform does.
class BatchObjectsTest : public ::testing::Test {
 protected:
  BatchObjectsTest() : root_(::testing::TempDir() + "/batch_objects_test") {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ~BatchObjectsTest() override { std::filesystem::remove_all(root_); }

  static Inference TwoRowsAtATime() {
    return {.endpoint = nullptr,
            .serializer = std::make_shared<testing::LineSerializer>(),
            .deserializer = std::make_shared<testing::LineDeserializer>(),
            .options = {.max_rows_per_request = 2}};
  }

  std::vector<BatchObject> Write(std::vector<std::string> batches) {
    std::vector<BatchObject> written;
    Batches rows(kNumbers, std::move(batches));
    EXPECT_OK(WriteBatchObjects(TwoRowsAtATime(), *files_, folder_, rows, 0, {}, written));
    return written;
  }

  std::string Read(const std::string& name) const {
    std::ifstream file(root_ + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void Answer(const std::string& name, const std::string& reply) const { std::ofstream(root_ + "/" + name + ".out") << reply; }

  Result<std::string> Join(std::vector<BatchObject> objects, std::vector<std::string> batches) {
    auto predictions = std::make_shared<const BatchPredictions>(BatchPredictions{
        .inference = TwoRowsAtATime(), .files = files_, .folder = folder_, .objects = {std::move(objects)}});
    SAGESPARK_ASSIGN_OR_RETURN(auto stream,
                               JoinBatchPredictions(predictions, std::make_unique<Batches>(kNumbers, std::move(batches)), 0));
    return AllRows(*stream);
  }

  const std::string root_;
  const Uri folder_{.scheme = "file", .authority = "", .path = root_};
  std::shared_ptr<io::FileSystem> files_ = io::MakeLocalFileSystem();
};

TEST_F(BatchObjectsTest, EachRequestIsAnObjectAndItsPredictionsComeBackInRowOrder) {
  const auto objects = Write({"[[1],[2],[3]]", "[[4],[5]]"});
  EXPECT_THAT(objects, ElementsAre(Field(&BatchObject::name, "part-00000-00000000"), Field(&BatchObject::name, "part-00000-00000001"),
                                   Field(&BatchObject::name, "part-00000-00000002")));
  EXPECT_EQ(Read("part-00000-00000001"), "3\n4\n");
  Answer("part-00000-00000000", "10\n20\n");
  Answer("part-00000-00000001", "30\n40\n");
  Answer("part-00000-00000002", "50\n");
  EXPECT_THAT(Join(objects, {"[[1],[2]]", "[[3],[4],[5]]"}), HasValue("[[1,10],[2,20],[3,30],[4,40],[5,50]]"));
}

TEST_F(BatchObjectsTest, RowsThatChangedSinceAreAnError) {
  const auto objects = Write({"[[1],[2],[3]]"});
  Answer("part-00000-00000000", "10\n20\n");
  Answer("part-00000-00000001", "30\n");
  const char* message = "Rows changed since the batch transform: those of partition 0 from row 2 on";
  EXPECT_THAT(Join(objects, {"[[1],[2],[4]]"}), IsError(ErrorKind::kConflict, message));
  EXPECT_THAT(Join(objects, {"[[1],[2]]"}), IsError(ErrorKind::kConflict, message));
  EXPECT_THAT(Join({objects[0]}, {"[[1],[2],[3]]"}), IsError(ErrorKind::kConflict, message));
}

TEST_F(BatchObjectsTest, AnObjectWithAnotherNumberOfPredictionsIsAnErrorThatNamesIt) {
  const auto objects = Write({"[[1],[2]]"});
  Answer("part-00000-00000000", "10\n");
  EXPECT_THAT(Join(objects, {"[[1],[2]]"}),
              IsError(ErrorKind::kModelError, ::testing::AllOf(HasSubstr("part-00000-00000000.out"),
                                                               HasSubstr("1 predictions for 2 rows"))));
}

TEST_F(BatchObjectsTest, AnObjectWithoutPredictionsIsAnError) {
  EXPECT_THAT(Join(Write({"[[1],[2]]"}), {"[[1],[2]]"}), IsError(ErrorKind::kNotFound, HasSubstr("part-00000-00000000.out")));
}

}  // namespace
}  // namespace sagespark::staging
