import ArgumentParser

struct InventoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory", abstract: "Read devices and certificates in, and look at them.",
        subcommands: [
            InventoryImport.self, InventoryExport.self, InventoryList.self, InventoryShow.self,
            InventorySummaryCommand.self, InventoryCheckKeys.self, InventoryCopyCommand.self, InventoryInitSQL.self,
        ])
}
