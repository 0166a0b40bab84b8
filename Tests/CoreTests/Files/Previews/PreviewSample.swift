import Foundation

/// Small files as other programs write them, for what our own encoders do not make.
enum PreviewSample {
    /// 8 × 8, (88, 177, 100) in Display P3, which is (40, 180, 90) in sRGB.
    case displayP3
    /// 16 × 16, inverted CMYK without a profile: no cyan, all magenta and yellow.
    case cmyk
    /// 8 × 6, three frames: red, green, blue.
    case gif, webp
    /// 32 × 16 with the orientation 6: blue at the left, which is the top, and red.
    case turned

    var bytes: [UInt8] { Data(base64Encoded: base64, options: .ignoreUnknownCharacters).map { Array($0) } ?? [] }

    private var base64: String {
        switch self {
        case .displayP3: """
            iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAACZWlDQ1BpY2MAACiRY2BgepCTnFvMJMDAkJtXUhTk7qQQERmlwP6I
            gZlBhIGTgY9BNjG5uMA32C2EAQiKE8uLk0uKchhQwLdrDIwg+rJuRmJeSnU+/+kHro5m9v4upqel2iQZ8APOlNTiZCD9AYjjkguK
            ShgYGHmAbJ7ykgIQWwLIFikCOgrI1gGx0yFsBxA7CcIOAasJCXIGsjOAuCIdiZ2ExIbaBQKsxQHGzsgOKUmtKAHRzs4GDKAwgIh+
            DgT7jVHsDEKs+T4Dg+1+EAsh5gXkbzRnYODaihDTsGBgEORiYDhRkVxaVAa1ZhsQyzBYMIQwFDD0MKxgOMLwkJGBUYnRjTGXcSrj
            QcYPTApMoUzdTEeYGZntmZuYj7HwsUSyLGf5yerDuoT1H1sM2z52RfYu9i8cyRxXOT05D3PZc+3nduI+yRPC85C3hI+TbxG/A/8D
            gVZBXcFbQl3CdsLfRDaJFoqZif0VPyUxUzJPyk1aSYZZ5rnsBbm98usUlijOU5qjPF9lqepGtQPqVzXeanFpa+sE6tbordK/Zyhm
            FGQ8xeSmmYp5scUxKwXrGpv7dq72GxwVnaa5CLj2uwt5zPbS8N7tG+j3LqA/yDT4QeiEcNdIhqh9MS1xPgnSie+Tj6cuS+/MLMyO
            zw3M9yp0K/YqDSyPqyys7qhdVn+i8UOLXFtAR2fX0V7O/sCJ8yd/nuY9Y/VsvrkV858vil5ybXnYyttr0td939i/RWvbmZ0lexT3
            XT3Ye8TnuMDJW2dWn6+/FHPV9obKbaF7LA/+Pf7znPEVz1uZDyafA74V/5z959T//wDUytJGPF1SSAAAAAlwSFlzAAAD6AAAA+gB
            tXtSawAAABFJREFUCJljiNiYghUxDC0JAKTVW0GSCSX2AAAAAElFTkSuQmCC
            """
        case .cmyk: """
            /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUV
            FQwPFxgWFBgSFBUU/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIB
            AwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZH
            SElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV
            1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD9U6/Kqvyqr9U6KKKKKKKKKKKK/9k=
            """
        case .gif: """
            R0lGODlhCAAGAIEAAP8AAAAAAAAAAAAAACH5BAAKAAAALAAAAAAIAAYAAAgOAAEIHEiwoMGDCBMODAgAIfkEAQoAAQAsAAAAAAgA
            BgCBAP8AAAAAAAAAAAAACA4AAQgcSLCgwYMIEw4MCAAh+QQBCgABACwAAAAACAAGAIEAAP8AAAAAAAAAAAAIDgABCBxIsKDBgwgT
            DgwIADs=
            """
        case .webp: """
            UklGRrQAAABXRUJQVlA4WAoAAAACAAAABwAABQAAQU5JTQYAAAAAAAAAAABBTk1GKAAAAAAAAAAAAAcAAAUAAGQAAAJWUDhMDwAA
            AC8HQAEABxD9j/4HIqL/AQBBTk1GKAAAAAAAAAAAAAcAAAUAAGQAAABWUDhMDwAAAC8HQAEAB9D/iP4HIqL/AQBBTk1GKAAAAAAA
            AAAAAAcAAAUAAGQAAABWUDhMDwAAAC8HQAEABxDR//4HIqL/AQA=
            """
        case .turned: """
            /9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDAAIBAQEBAQIBAQECAgIC
            AgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoK
            CgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAQACADAREAAhEBAxEB/8QAHwAAAQUBAQEB
            AQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAk
            M2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKj
            pKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAA
            AAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl
            8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmq
            srO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwD8c6/38PysKAPryv8AlXP+
            lAKAPkOv+qg/5rwoA+vK/wCVc/6UAoA//9k=
            """
        }
    }
}
